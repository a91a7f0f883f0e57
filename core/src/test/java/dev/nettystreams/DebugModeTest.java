package dev.nettystreams;

import static dev.nettystreams.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Debug mode finds connections that are dropped, failures that are not looked at, and slow callbacks. */
class DebugModeTest {
    private static final Logger LOGGER = Logger.getLogger("dev.nettystreams");
    private static final int DEADLINE_SECONDS = 20;

    private final LinkedBlockingQueue<LogRecord> records = new LinkedBlockingQueue<>();
    private final List<LogRecord> seen = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord logged) {
            records.add(logged);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void turnOn() {
        System.setProperty(DebugMode.PROPERTY, "true");
        LOGGER.addHandler(handler);
        LOGGER.setUseParentHandlers(false);
    }

    @AfterEach
    void turnOff() {
        LOGGER.setUseParentHandlers(true);
        LOGGER.removeHandler(handler);
        System.clearProperty(DebugMode.PROPERTY);
    }

    /**
     * Collects garbage until a warning comes whose stack trace names a method; the cleaner's thread logs it. Garbage of
     * other tests may be reported too.
     */
    private LogRecord warningFrom(String method) throws InterruptedException {
        for (int i = 0; i < 10 * DEADLINE_SECONDS; i++) {
            System.gc();
            LogRecord logged = records.poll(100, TimeUnit.MILLISECONDS);
            if (logged != null) {
                seen.add(logged);
                if (names(logged, method)) {
                    return logged;
                }
            }
        }
        throw new AssertionError("no warning of " + method + " within " + DEADLINE_SECONDS + " s: " + seen);
    }

    private static boolean names(LogRecord logged, String method) {
        Throwable thrown = logged.getThrown();
        return thrown != null
                && Arrays.stream(thrown.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().contains(method));
    }

    private void assertNoWarningFrom(String method) {
        seen.addAll(records);
        assertThat(seen).noneMatch(logged -> names(logged, method));
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
        LogRecord logged = warningFrom("dropOneEnd");
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
        warningFrom("dropOneEnd");
        assertNoWarningFrom("openAndClose");
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
        warningFrom("dropOneEnd");
        assertNoWarningFrom("waitForLines");
        kept.get(0).writer().write(Latin1.bytes("one\n"));
        kept.forEach(StreamConnection::close);
        loop.runReady();
        Outcomes.value(lines);
    }

    /** Leaves no connection to be reported: warnings beyond ten a second are left out. */
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
        LogRecord logged = warningFrom("failUnseen");
        assertThat(logged.getMessage()).contains("no code looked at its outcome");
        assertThat(logged.getThrown()).hasMessage("unseen");
        seen.addAll(records);
        assertThat(seen)
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
        assertThat(records).noneMatch(logged -> logged.getMessage().contains("held their event loop"));
        times.begin();
        nanos.addAndGet(123_456_789);
        times.end();
        assertThat(records.stream().map(LogRecord::getMessage))
                .contains("callbacks of StreamConnection[OPEN, peer=somebody] held their event loop for 123 ms");
    }

    @Test
    void off_nothingIsWatched() {
        System.clearProperty(DebugMode.PROPERTY);
        assertThat(DebugMode.TurnTimes.of(() -> "")).isNull();
        assertThat(DebugMode.Outcome.of(null)).isNull();
    }
}
