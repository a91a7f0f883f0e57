package dev.nettystreams;

import static dev.nettystreams.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.support.DebugWarnings;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Debug mode finds connections that are dropped, failures that are not looked at, and slow callbacks. */
class DebugModeTest {
    private final DebugWarnings warnings = new DebugWarnings();

    @AfterEach
    void turnOff() {
        warnings.close();
    }

    /** Drops the near end, and returns the far one. */
    private static StreamConnection dropOneEnd(ManualLoop loop) {
        MemoryPair pair = MemoryStreams.pair(loop);
        loop.runReady();
        return pair.far();
    }

    @Test
    void droppedConnection_isReported_withThePlaceOfItsOpening_andClosed() throws Exception {
        ManualLoop loop = new ManualLoop();
        StreamConnection far = dropOneEnd(loop);
        CompletableFuture<byte[]> end = far.reader().read(1);
        LogRecord logged = warnings.awaitFrom("dropOneEnd");
        assertThat(logged.getMessage()).contains("StreamConnection[OPEN").contains("dropped without close()");
        assertThat(logged.getThrown()).hasStackTraceContaining("DebugModeTest.dropOneEnd");
        loop.runReady();
        assertThat(Outcomes.text(end)).isEmpty();
        far.close();
        loop.runReady();
    }

    private static void openAndClose(ManualLoop loop) {
        MemoryPair pair = MemoryStreams.pair(loop);
        loop.runReady();
        closeBoth(pair);
        loop.runReady();
    }

    /** The closed one is dropped before the other, whose report shows that the collector has run. */
    @Test
    void closedConnection_isNotReported() throws Exception {
        ManualLoop loop = new ManualLoop();
        openAndClose(loop);
        System.gc();
        StreamConnection far = dropOneEnd(loop);
        warnings.awaitFrom("dropOneEnd");
        warnings.assertNoneFrom("openAndClose");
        far.abort();
    }

    private static CompletableFuture<Void> waitForLines(ManualLoop loop, List<StreamConnection> kept) {
        MemoryPair pair = MemoryStreams.pair(loop);
        kept.add(pair.far());
        return pair.near().reader().forEachLine(line -> null);
    }

    @Test
    void connectionWithAPendingOperation_isNotDropped() throws Exception {
        ManualLoop loop = new ManualLoop();
        List<StreamConnection> kept = new ArrayList<>();
        CompletableFuture<Void> lines = waitForLines(loop, kept);
        kept.add(dropOneEnd(loop));
        warnings.awaitFrom("dropOneEnd");
        warnings.assertNoneFrom("waitForLines");
        kept.get(0).writer().write(Latin1.bytes("one\n"));
        kept.forEach(StreamConnection::close);
        loop.runReady();
        Outcomes.value(lines);
    }

    private static StreamConnection readBareFuture(ManualLoop loop, List<Object> kept) {
        MemoryPair pair = MemoryStreams.pair(loop);
        kept.add(pair.near().reader().readLine().thenApply(Latin1::text));
        return pair.far();
    }

    private static StreamConnection drainBareFuture(ManualLoop loop, List<Object> kept) {
        MemoryPair pair = MemoryStreams.pair(loop);
        pair.toFar().stall();
        pair.near().writer().write(new byte[1_000_000]);
        kept.add(pair.near().writer().drain());
        return pair.far();
    }

    private static List<StreamConnection> relayBareFuture(ManualLoop loop) {
        MemoryPair client = MemoryStreams.pair(loop);
        MemoryPair server = MemoryStreams.pair(loop);
        StreamConnection.relay(client.near(), server.near());
        return List.of(client.far(), server.far());
    }

    /** The operation completes later, and the program goes on with its result; then the connection is dropped. */
    @Test
    void connectionWithAPendingOperation_thatRefersToNothing_isNotDroppedUntilItCompletes() throws Exception {
        ManualLoop loop = new ManualLoop();
        List<Object> kept = new ArrayList<>();
        StreamConnection far = readBareFuture(loop, kept);
        kept.add(drainBareFuture(loop, kept));
        List<StreamConnection> relayed = relayBareFuture(loop);
        kept.add(dropOneEnd(loop));
        warnings.awaitFrom("dropOneEnd");
        warnings.assertNoneFrom("BareFuture");
        far.writer().write(Latin1.bytes("one\n"));
        loop.runReady();
        warnings.awaitFrom("readBareFuture");
        warnings.assertNoneFrom("drainBareFuture");
        warnings.assertNoneFrom("relayBareFuture");
        far.abort();
        relayed.forEach(StreamConnection::abort);
        kept.stream().filter(StreamConnection.class::isInstance).forEach(each -> ((StreamConnection) each).abort());
        loop.runReady();
    }

    private static Object keepOnePart(
            ManualLoop loop, Function<StreamConnection, Object> part, List<StreamConnection> far) {
        MemoryPair pair = MemoryStreams.pair(loop);
        far.add(pair.far());
        return part.apply(pair.near());
    }

    @Test
    void connection_isNotDropped_whileTheProgramHoldsAPartOfIt() throws Exception {
        ManualLoop loop = new ManualLoop();
        List<StreamConnection> far = new ArrayList<>();
        List<Object> parts = Stream.<Function<StreamConnection, Object>>of(
                        StreamConnection::reader,
                        StreamConnection::writer,
                        connection -> connection.reader().text(StandardCharsets.UTF_8),
                        connection -> connection.reader().numbers(ByteOrder.BIG_ENDIAN),
                        connection -> connection.reader().asInputStream(),
                        connection -> connection.reader().lines(),
                        connection -> connection.writer().numbers(ByteOrder.BIG_ENDIAN),
                        connection -> connection.writer().asOutputStream())
                .map(part -> keepOnePart(loop, part, far))
                .toList();
        try {
            far.add(dropOneEnd(loop));
            warnings.awaitFrom("dropOneEnd");
            warnings.assertNoneFrom("keepOnePart");
            far.forEach(StreamConnection::abort); // both ends: none is left to be reported
            loop.runReady();
        } finally {
            Reference.reachabilityFence(parts);
        }
    }

    private static void takeAndDrop(AcceptedConnections accepted, ManualLoop loop) {
        CompletableFuture<StreamConnection> taken = accepted.accept();
        loop.runReady();
        assertThat(taken).isCompleted();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void acceptedConnection_thatItsTakerDrops_isReported_withThePlaceOfAccept(boolean isTakenLate) throws Exception {
        ManualLoop loop = new ManualLoop();
        MemoryPair pair = MemoryStreams.pair(loop);
        AcceptedConnections accepted = new AcceptedConnections();
        CompletableFuture<StreamConnection> cancelled = accepted.accept();
        cancelled.cancel(false);
        if (isTakenLate) {
            pair.near().serve(accepted, FailureReporter.LOGGING);
            loop.runReady();
            takeAndDrop(accepted, loop);
        } else {
            loop.execute(() -> pair.near().serve(accepted, FailureReporter.LOGGING));
            takeAndDrop(accepted, loop);
        }
        CompletableFuture<byte[]> end = pair.far().reader().read(1);
        LogRecord logged = warnings.awaitFrom("takeAndDrop");
        assertThat(logged.getMessage()).contains("dropped without close()");
        loop.runReady();
        assertThat(Outcomes.text(end)).isEmpty();
        pair.far().close();
        loop.runReady();
    }

    /** Leaves no connection to be reported. */
    private static void closeBoth(MemoryPair pair) {
        pair.near().close();
        pair.far().close();
    }

    private static void failUnseen(ThreadKind kind) throws Exception {
        kind.run(pair -> {
            Semaphore ending = new Semaphore(0);
            Await.createTask((Steps) () -> {
                ending.release();
                throw new IllegalArgumentException("unseen");
            });
            ending.acquire();
            closeBoth(pair);
            return null;
        });
    }

    private static void failSeen(ThreadKind kind) throws Exception {
        kind.run(pair -> {
            CompletableFuture<Void> task = Await.createTask((Steps) () -> {
                throw new IllegalArgumentException("seen");
            });
            assertThatThrownBy(() -> await(task)).isInstanceOf(IllegalArgumentException.class);
            closeBoth(pair);
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void failureOfATask_isReported_unlessCodeLooksAtIt(ThreadKind kind) throws Exception {
        failSeen(kind);
        System.gc();
        failUnseen(kind);
        LogRecord logged = warnings.awaitFrom("failUnseen");
        assertThat(logged.getMessage()).contains("no code looked at its outcome");
        assertThat(logged.getThrown()).hasMessage("unseen");
        assertThat(warnings.all())
                .noneMatch(each -> each.getThrown() != null
                        && "seen".equals(each.getThrown().getMessage()));
    }

    @Test
    void slowCallbacks_areReported_withTheirConnection() {
        AtomicLong nanos = new AtomicLong();
        DebugMode.TurnTimes times = new DebugMode.TurnTimes(nanos::get, () -> "OPEN, peer=somebody");
        times.begin();
        nanos.addAndGet(99_999_999);
        times.end();
        assertThat(warnings.all()).noneMatch(logged -> logged.getMessage().contains("held their event loop"));
        times.begin();
        nanos.addAndGet(123_456_789);
        times.end();
        assertThat(warnings.all().stream().map(LogRecord::getMessage))
                .contains("callbacks of StreamConnection[OPEN, peer=somebody] held their event loop for 123 ms");
    }

    @Test
    void off_nothingIsWatched() {
        System.clearProperty(DebugMode.PROPERTY);
        assertThat(DebugMode.TurnTimes.of(() -> "")).isNull();
        assertThat(DebugMode.Outcome.of(null)).isNull();
    }
}
