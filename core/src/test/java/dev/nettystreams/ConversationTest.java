package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** C4: however a handler ends, its connection is closed, and a failure is reported once. */
class ConversationTest {
    private final Bench bench = new Bench();
    private final List<Throwable> reported = new ArrayList<>();

    private CompletableFuture<Void> serve(ConnectionHandler handler) {
        return bench.onLoop(() -> bench.connection.serve(handler, (connection, failure) -> reported.add(failure)));
    }

    @Test
    void handlerThatIsDone_closesQuietly() {
        CompletableFuture<Void> over =
                serve(ConnectionHandler.callbacks((r, w) -> r.readLine().thenAccept(w::write)));
        bench.wire.feed("echo\n");
        assertThat(bench.wire.writtenText()).isEqualTo("echo\n");
        assertThat(bench.wire.count("finish")).isEqualTo(1);
        assertThat(over).isNotDone();
        bench.wire.lose(null);
        Outcomes.value(over);
        assertThat(reported).isEmpty();
    }

    @Test
    void handlerThatThrows_isReportedAndCloses() {
        RuntimeException bug = new IllegalStateException("a bug");
        CompletableFuture<Void> over = serve(ConnectionHandler.callbacks((r, w) -> {
            throw bug;
        }));
        assertEndsReporting(bug, over);
    }

    @Test
    void callbackThatThrows_isReportedAndCloses() {
        RuntimeException bug = new IllegalStateException("a bug");
        CompletableFuture<Void> over =
                serve(ConnectionHandler.callbacks((r, w) -> r.readLine().thenRun(() -> {
                    throw bug;
                })));
        bench.wire.feed("line\n");
        assertEndsReporting(bug, over);
    }

    @Test
    void handlerWithoutAStage_isReportedAndCloses() {
        CompletableFuture<Void> over = serve(ConnectionHandler.callbacks((r, w) -> null));
        assertThat(reported).singleElement().isInstanceOf(NullPointerException.class);
        bench.wire.lose(null);
        Outcomes.value(over);
    }

    @Test
    void failedRead_isReportedAsItIs() {
        CompletableFuture<Void> over = serve(ConnectionHandler.callbacks((r, w) -> r.readExactly(9)));
        bench.wire.lose(new IOException("reset"));
        Outcomes.value(over);
        assertThat(reported).singleElement().isInstanceOf(StreamBrokenException.class);
    }

    @Test
    void bytesOfAHandlerThatEndedWell_thatAreLost_areReported() {
        CompletableFuture<Void> over = serve(ConnectionHandler.callbacks((r, w) -> {
            w.write(new byte[9]);
            return CompletableFuture.completedFuture(null);
        }));
        bench.wire.lose(new IOException("reset"));
        Outcomes.value(over);
        assertThat(reported).singleElement().isInstanceOf(StreamBrokenException.class);
    }

    @Test
    void bytesLostBeforeTheHandlerEnded_areReported() {
        CompletableFuture<Void> end = new CompletableFuture<>();
        CompletableFuture<Void> over = serve(ConnectionHandler.callbacks((r, w) -> end));
        bench.wire.failOutput(new IOException("refused by a layer"));
        bench.wire.lose(null);
        bench.run(() -> end.complete(null));
        Outcomes.value(over);
        assertThat(reported).singleElement().asString().contains("refused by a layer");
    }

    @Test
    void connectionThatWasLostWithoutALoss_isNotReported() {
        CompletableFuture<Void> end = new CompletableFuture<>();
        CompletableFuture<Void> over = serve(ConnectionHandler.callbacks((r, w) -> end));
        bench.wire.lose(new IOException("reset"));
        bench.run(() -> end.complete(null));
        Outcomes.value(over);
        assertThat(reported).isEmpty();
    }

    @Test
    void handlerThatAborts_isNotReported() {
        CompletableFuture<Void> over = serve(ConnectionHandler.callbacks((r, w) -> {
            w.abort();
            return CompletableFuture.completedFuture(null);
        }));
        bench.wire.lose(null);
        Outcomes.value(over);
        assertThat(reported).isEmpty();
    }

    @Test
    void cancelledHandler_closesAndIsNoFailure() {
        CompletableFuture<byte[]> read = bench.onLoop(() -> bench.reader.readLine());
        CompletableFuture<Void> over = serve(ConnectionHandler.callbacks((r, w) -> read.thenApply(line -> line)));
        bench.run(() -> read.cancel(false));
        assertThat(bench.wire.count("finish")).isEqualTo(1);
        bench.wire.lose(null);
        Outcomes.value(over);
        assertThat(reported).isEmpty();
    }

    @Test
    void reporterThatThrows_stopsNothing() {
        CompletableFuture<Void> over = bench.onLoop(() -> bench.connection.serve(
                ConnectionHandler.callbacks((r, w) -> {
                    throw new IllegalStateException("a bug");
                }),
                (connection, failure) -> {
                    throw new IllegalStateException("another");
                }));
        assertThat(bench.wire.count("finish")).isEqualTo(1);
        bench.wire.lose(null);
        Outcomes.value(over);
    }

    @Test
    void loopThatHasEnded_endsTheConversation() {
        bench.loop.shutDown();
        Outcomes.value(
                bench.connection.serve(ConnectionHandler.callbacks((r, w) -> r.readLine()), FailureReporter.LOGGING));
    }

    @Test
    void threadHandlerThatThrows_isReportedAndCloses() throws Exception {
        CompletableFuture<Throwable> report = new CompletableFuture<>();
        CompletableFuture<Void> over = bench.onLoop(() -> bench.connection.serve(
                Await.onThreads((r, w) -> {
                    throw new IOException("gone");
                }),
                (connection, failure) -> report.complete(failure)));
        assertThat(report.get(10, TimeUnit.SECONDS))
                .isInstanceOf(IOException.class)
                .hasMessage("gone");
        CompletableFuture<Void> closed = bench.connection.waitClosed();
        while (bench.wire.count("finish") == 0) {
            bench.loop.runReady(); // stops at the test's deadline
            Thread.onSpinWait();
        }
        bench.wire.lose(null);
        Outcomes.value(closed);
        while (!over.isDone()) { // the handler's thread may ask the loop only now
            bench.loop.runReady();
            Thread.onSpinWait();
        }
    }

    private void assertEndsReporting(Throwable failure, CompletableFuture<Void> over) {
        assertThat(reported).containsExactly(failure);
        assertThat(bench.wire.count("finish")).isEqualTo(1);
        bench.wire.lose(null);
        Outcomes.value(over);
        assertThat(reported).hasSize(1);
    }

    /** A server may shut down before the loop starts the handler. */
    @Test
    void calledOffBeforeItHasBegun_theHandlerIsCancelledWhenItBegins() {
        CompletableFuture<Void> handling = new CompletableFuture<>();
        CompletableFuture<Void> over = bench.connection.serve(
                ConnectionHandler.callbacks((r, w) -> handling), (connection, failure) -> reported.add(failure));
        assertThat(over.cancel(true)).isFalse();
        bench.loop.runReady();
        assertThat(handling).isCancelled();
        assertThat(bench.wire.count("finish")).isEqualTo(1);
        bench.wire.lose(null);
        Outcomes.value(over);
        assertThat(reported).isEmpty();
    }
}
