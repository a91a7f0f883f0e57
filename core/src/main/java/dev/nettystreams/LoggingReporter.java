package dev.nettystreams;

import dev.nettystreams.spi.LogLimit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;

/** The implementation of {@link FailureReporter#LOGGING}. */
final class LoggingReporter implements FailureReporter {
    private final LogLimit networkLimit = new LogLimit(LINES_PER_SECOND);
    private final LogLimit programLimit = new LogLimit(LINES_PER_SECOND);

    @Override
    public void report(StreamConnection connection, Throwable failure) {
        System.Logger logger = System.getLogger("dev.nettystreams");
        boolean wasCutOff = failure instanceof StreamClosedException closed && closed.hasEndedAWait;
        if (wasCutOff || failure instanceof IOException || failure instanceof UncheckedIOException) {
            networkLimit.log(logger, Level.INFO, () -> connection + " ended: " + failure, null);
        } else {
            programLimit.log(logger, Level.WARNING, () -> "the handler of " + connection + " failed", failure);
        }
    }
}
