package dev.nettystreams.support;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The lines of every level that the library logs, until it is closed; none is printed meanwhile. */
public final class LoggedLines implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger("dev.nettystreams");

    private final List<LogRecord> records = new CopyOnWriteArrayList<>();
    private final Handler collector = new Handler() {
        @Override
        public void publish(LogRecord record) {
            records.add(record);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    public LoggedLines() {
        LOGGER.addHandler(collector);
        LOGGER.setUseParentHandlers(false);
        LOGGER.setLevel(Level.ALL);
    }

    /** Returns each line so far as its level and its text. */
    public List<String> all() {
        return records.stream()
                .map(record -> record.getLevel() + " " + record.getMessage())
                .toList();
    }

    /** Returns the records so far. */
    public List<LogRecord> records() {
        return List.copyOf(records);
    }

    @Override
    public void close() {
        LOGGER.setLevel(null);
        LOGGER.setUseParentHandlers(true);
        LOGGER.removeHandler(collector);
    }
}
