package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The log lines of failed handlers: one line for a network failure, a stack trace for a program error. */
class FailureReporterTest {
    private static final Logger LOGGER = Logger.getLogger("dev.nettystreams");

    private final List<LogRecord> records = new ArrayList<>();
    private final Bench bench = new Bench();
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

    @BeforeEach
    void listen() {
        LOGGER.addHandler(collector);
        LOGGER.setUseParentHandlers(false);
    }

    @AfterEach
    void listenNoMore() {
        LOGGER.removeHandler(collector);
        LOGGER.setUseParentHandlers(true);
    }

    private void serve(ConnectionHandler handler) {
        bench.onLoop(() -> bench.connection.serve(handler, FailureReporter.LOGGING));
    }

    @Test
    void peerThatResets_isALine() {
        serve(ConnectionHandler.callbacks((reader, writer) -> reader.readLine()));
        bench.wire.lose(new IOException("reset"));
        assertLogged(Level.INFO, "ended: dev.nettystreams.StreamBrokenException: connection lost: reset");
    }

    @Test
    void peerThatResets_aLoopOverLines_isALineToo() {
        serve(ConnectionHandler.callbacks((reader, writer) ->
                CompletableFuture.failedFuture(new UncheckedIOException(new IOException("reset")))));
        assertLogged(Level.INFO, "ended: java.io.UncheckedIOException: java.io.IOException: reset");
    }

    @Test
    void abortWhileTheHandlerWaits_isALine() {
        serve(ConnectionHandler.callbacks((reader, writer) -> reader.readLine()));
        bench.connection.abort();
        bench.loop.runReady();
        bench.wire.lose(null);
        assertLogged(Level.INFO, "ended: dev.nettystreams.StreamClosedException: abort() was called");
    }

    @Test
    void writeAfterClose_isATrace() {
        serve(ConnectionHandler.callbacks((reader, writer) -> {
            writer.close();
            writer.write(new byte[1]);
            return reader.readLine();
        }));
        assertLogged(Level.WARNING, "failed");
        assertThat(records.get(0).getThrown()).isInstanceOf(StreamClosedException.class);
    }

    private void assertLogged(Level level, String end) {
        bench.loop.runReady();
        assertThat(records).hasSize(1);
        assertThat(records.get(0).getLevel()).isEqualTo(level);
        assertThat(records.get(0).getMessage()).endsWith(end);
    }
}
