package dev.nettystreams;

import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Passes on each report of a thread that holds up its event loop, until closed. */
final class HeldUpReports extends Handler implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger("dev.nettystreams");

    private final Consumer<LogRecord> log;

    HeldUpReports(Consumer<LogRecord> log) {
        this.log = log;
        LOGGER.addHandler(this);
    }

    @Override
    public void publish(LogRecord record) {
        if (record.getMessage().contains("holds up the event loop")) {
            log.accept(record);
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        LOGGER.removeHandler(this);
    }
}
