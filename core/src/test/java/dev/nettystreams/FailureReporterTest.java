package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.support.LoggedLines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** O5: the log lines of failed handlers: one line if a peer is the cause, a stack trace for a program error. */
class FailureReporterTest {
    private final Bench bench = new Bench();
    private LoggedLines log;

    @BeforeEach
    void listen() {
        log = new LoggedLines();
    }

    @AfterEach
    void listenNoMore() {
        log.close();
    }

    private void serve(ConnectionHandler handler) {
        bench.onLoop(() -> bench.connection.serve(handler, FailureReporter.LOGGING));
    }

    @Test
    void peerThatResets_isALine_forDebugging() {
        serve(ConnectionHandler.callbacks((reader, writer) -> reader.readLine()));
        bench.wire.lose(new IOException("reset"));
        assertLogged(Level.FINE, "ended: dev.nettystreams.StreamBrokenException: connection lost: reset");
    }

    @Test
    void peerThatResets_aLoopOverLines_isALineToo() {
        serve(ConnectionHandler.callbacks((reader, writer) -> CompletableFuture.failedFuture(
                new UncheckedIOException(new StreamBrokenException("connection lost: reset", null)))));
        assertLogged(
                Level.FINE,
                "ended: java.io.UncheckedIOException: dev.nettystreams.StreamBrokenException: connection lost: reset");
    }

    /** What a peer has sent is wrong: that is worth a line. */
    @Test
    void peerThatEndsInTheMiddle_isALine() {
        serve(ConnectionHandler.callbacks((reader, writer) -> reader.readExactly(5)));
        bench.wire.feed("abc");
        bench.wire.eof();
        assertLogged(Level.INFO, "IncompleteReadException: the input ended after 3 of 5 expected bytes");
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
        assertThat(log.records().get(0).getThrown()).isInstanceOf(StreamClosedException.class);
    }

    private void assertLogged(Level level, String end) {
        bench.loop.runReady();
        List<LogRecord> records = log.records();
        assertThat(records).hasSize(1);
        assertThat(records.get(0).getLevel()).isEqualTo(level);
        assertThat(records.get(0).getMessage()).endsWith(end);
    }
}
