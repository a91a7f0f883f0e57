package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.spi.LogLimit;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** S8: the lines that a peer can make us log are bounded. */
class LogLimitTest {
    private final AtomicLong nowNanos = new AtomicLong(Long.MAX_VALUE - 5); // a clock may start at any value
    private final List<String> lines = new ArrayList<>();
    private final LogLimit limit = new LogLimit(3, nowNanos::get);

    private final System.Logger logger = new System.Logger() {
        @Override
        public String getName() {
            return "lines";
        }

        @Override
        public boolean isLoggable(Level level) {
            return level != Level.DEBUG;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            lines.add(message + " " + thrown);
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
            lines.add(format);
        }
    };

    private void log(int count) {
        for (int i = 0; i < count; i++) {
            limit.log(logger, Level.INFO, () -> "line", null);
        }
    }

    @Test
    void lines_beyondTheLimit_areCounted_andToldOfLater() {
        log(1000);
        assertThat(lines).containsExactly("line", "line", "line");
        nowNanos.addAndGet(999_999_999);
        log(1);
        assertThat(lines).hasSize(3);
        nowNanos.addAndGet(1);
        log(2);
        assertThat(lines.subList(3, 5)).containsExactly("line (998 lines like this were left out)", "line");
    }

    @Test
    void lineBelowTheLoggersLevel_isNotCounted() {
        for (int i = 0; i < 10; i++) {
            limit.log(logger, Level.DEBUG, () -> "line", null);
        }
        limit.log(logger, Level.INFO, () -> "line", new IOException("cause"));
        assertThat(lines).containsExactly("line java.io.IOException: cause");
    }

    @Test
    void programWithoutALogger_writesWithinTheSameBounds() {
        for (int i = 0; i < 10; i++) {
            limit.write(lines::add, () -> "line");
        }
        assertThat(lines).hasSize(3);
        nowNanos.addAndGet(1_000_000_000);
        limit.write(lines::add, () -> "line");
        assertThat(lines.get(3)).isEqualTo("line (7 lines like this were left out)");
    }

    /** A scanner causes a flood of failed connections: it gets a few lines per second, whatever their number. */
    @Test
    void failuresOfConversations_areLoggedWithinBounds() {
        Bench bench = new Bench();
        AtomicLong records = new AtomicLong();
        Handler counter = new Handler() {
            @Override
            public void publish(LogRecord record) {
                records.incrementAndGet();
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger target = Logger.getLogger("dev.nettystreams");
        target.addHandler(counter);
        boolean usedParents = target.getUseParentHandlers();
        target.setUseParentHandlers(false);
        try {
            long beginNanos = System.nanoTime();
            for (int i = 0; i < 10_000; i++) {
                FailureReporter.LOGGING.report(bench.connection, new IOException("handshake"));
                FailureReporter.LOGGING.report(bench.connection, new IllegalStateException("a bug"));
            }
            long seconds = (System.nanoTime() - beginNanos) / 1_000_000_000 + 1;
            assertThat(records.get()).isBetween(2L, 2 * FailureReporter.LINES_PER_SECOND * (seconds + 1));
        } finally {
            target.setUseParentHandlers(usedParents);
            target.removeHandler(counter);
        }
    }
}
