package dev.nettystreams;

import dev.nettystreams.spi.LogLimit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;

/** Logs the failures of handlers, with a limit on the lines that peers can cause. Any thread. */
final class FailureLog {
    private final LogLimit lossLimit;
    private final LogLimit networkLimit;
    private final LogLimit programLimit;

    /** @param linesPerSecond the maximum number of lines per second at each level */
    FailureLog(int linesPerSecond) {
        lossLimit = new LogLimit(linesPerSecond);
        networkLimit = new LogLimit(linesPerSecond);
        programLimit = new LogLimit(linesPerSecond);
    }

    void log(Object connection, Throwable failure) {
        System.Logger logger = System.getLogger("dev.nettystreams");
        boolean wasCutOff = failure instanceof StreamClosedException closed && closed.hasEndedAWait;
        if (isLoss(failure)) {
            lossLimit.log(logger, Level.DEBUG, () -> connection + " ended: " + failure, null);
        } else if (wasCutOff || failure instanceof IOException || failure instanceof UncheckedIOException) {
            networkLimit.log(logger, Level.INFO, () -> connection + " ended: " + failure, null);
        } else {
            programLimit.log(logger, Level.WARNING, () -> "the handler of " + connection + " failed", failure);
        }
    }

    /** Returns whether the peer or the network has ended the connection, as happens to every server all the time. */
    private static boolean isLoss(Throwable failure) {
        return failure instanceof StreamBrokenException
                || (failure instanceof UncheckedIOException && failure.getCause() instanceof StreamBrokenException);
    }
}
