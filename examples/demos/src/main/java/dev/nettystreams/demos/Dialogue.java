package dev.nettystreams.demos;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A server's side of a protocol, without the waiting: which read comes next, and what to do with what it brought.
 *
 * <p>{@link RunOn} does the waiting, with callbacks or with {@code await}, so that a protocol is written once. One object for each
 * connection; its methods are never called at the same time.
 */
public interface Dialogue {
    /** What comes after a piece of input. */
    enum Then {
        /** Read on; nothing was written, or no more than a short answer. */
        READ_ON,
        /** Let the peer take what was written, then read on. */
        DRAIN,
        /** Send what was written and close. */
        END
    }

    /**
     * Begins the next read.
     *
     * @return completes with what {@link #accept} is to have
     */
    CompletableFuture<byte[]> read();

    /**
     * Handles what a read brought; must not block.
     *
     * @param input what was read, empty at the end of input
     * @return what comes next
     */
    Then accept(byte[] input);

    /**
     * How long the peer may take to make room for more, when {@link Then#DRAIN} asks for it.
     *
     * @return for ever, unless overridden
     */
    default Duration drainTimeout() {
        return Duration.ofNanos(Long.MAX_VALUE);
    }

    /**
     * Called once, instead of everything else, when a read or a drain has failed.
     *
     * @param failure why
     * @return completes when the dialogue is over; fails if the failure is to be reported
     */
    default CompletionStage<?> failed(Throwable failure) {
        return CompletableFuture.failedFuture(failure);
    }
}
