package dev.nettystreams;

import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * Why a direction of the stream has ended. Each waiter gets an exception of its own from it: a shared exception would
 * collect the stack traces of all waiters.
 */
sealed interface Failure {
    /** Creates a new exception with this reason. */
    Exception newException();

    /** Returns the reason in words. */
    String message();

    /** This side ended it. */
    record ClosedHere(String message) implements Failure {
        @Override
        public StreamClosedException newException() {
            return new StreamClosedException(message, true);
        }
    }

    /** The peer or the network ended it. */
    record Broken(String message, @Nullable Throwable cause) implements Failure {
        static Broken by(@Nullable Throwable cause) {
            // The exception of a closed channel has no message, and Netty's has a private name.
            String what = cause == null || cause instanceof ClosedChannelException
                    ? "closed underneath the stream"
                    : cause.getMessage();
            return new Broken("connection lost: " + (what == null ? String.valueOf(cause) : what), cause);
        }

        @Override
        public StreamBrokenException newException() {
            return cause instanceof TlsTruncationException truncation
                    ? new TlsTruncationException(String.valueOf(truncation.getMessage()), truncation)
                    : new StreamBrokenException(message, cause);
        }
    }
}
