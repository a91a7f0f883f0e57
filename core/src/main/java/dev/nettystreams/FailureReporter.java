package dev.nettystreams;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;

/** Where the failure of a conversation goes that nobody else can be told of. */
@FunctionalInterface
public interface FailureReporter {
    /**
     * Logs to the platform's logger {@code dev.nettystreams}: what the network did, or an abort while the handler waited, at level
     * {@code INFO}, with one line; anything else, a mistake of the program, at {@code WARNING} with its trace.
     */
    FailureReporter LOGGING = (connection, failure) -> {
        System.Logger logger = System.getLogger("dev.nettystreams");
        boolean wasCutOff = failure instanceof StreamClosedException closed && closed.hasEndedAWait;
        if (wasCutOff || failure instanceof IOException || failure instanceof UncheckedIOException) {
            logger.log(Level.INFO, () -> connection + " ended: " + failure);
        } else {
            logger.log(Level.WARNING, () -> "the handler of " + connection + " failed", failure);
        }
    };

    /**
     * Called once, on the thread that found the failure; must not block.
     *
     * @param connection whose handler failed; it is being closed
     * @param failure what the handler threw, or what its stage failed with
     */
    void report(StreamConnection connection, Throwable failure);
}
