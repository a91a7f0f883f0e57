package dev.nettystreams.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.spi.OpeningPlace;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryStreams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Turns debug mode on and collects its warnings until it is closed. */
public final class DebugWarnings implements AutoCloseable {
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

    public DebugWarnings() {
        System.setProperty(OpeningPlace.DEBUG_PROPERTY, "true");
        LOGGER.addHandler(handler);
        LOGGER.setUseParentHandlers(false);
    }

    @Override
    public void close() {
        LOGGER.setUseParentHandlers(true);
        LOGGER.removeHandler(handler);
        System.clearProperty(OpeningPlace.DEBUG_PROPERTY);
    }

    /** Returns the warnings so far. */
    public List<LogRecord> all() {
        records.drainTo(seen);
        return seen;
    }

    /**
     * Collects garbage until a warning comes whose stack trace names a method; the cleaner's thread logs it. Garbage of
     * other tests may be reported too.
     */
    public LogRecord awaitFrom(String method) throws InterruptedException {
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
        throw new AssertionError("no warning of " + method + " within " + DEADLINE_SECONDS + " s: "
                + seen.stream().map(LogRecord::getMessage).toList());
    }

    /** Asserts that no warning has a stack trace that names a method, once the garbage so far has been reported. */
    public void assertNoneFrom(String method) throws InterruptedException {
        reportGarbage();
        assertThat(all()).noneMatch(logged -> names(logged, method));
    }

    /** Drops a connection, and waits until it has been closed: garbage is reported in the order of its collection. */
    private void reportGarbage() throws InterruptedException {
        ManualLoop loop = new ManualLoop();
        StreamConnection far = farEndOfDroppedOne(loop);
        CompletableFuture<byte[]> end = far.reader().read(1);
        for (int i = 0; i < 10 * DEADLINE_SECONDS && !end.isDone(); i++) {
            System.gc();
            LogRecord logged = records.poll(100, TimeUnit.MILLISECONDS);
            if (logged != null) {
                seen.add(logged);
            }
            loop.runReady();
        }
        assertThat(end).isDone();
        far.abort();
    }

    private static StreamConnection farEndOfDroppedOne(ManualLoop loop) {
        return MemoryStreams.pair(loop).far();
    }

    private static boolean names(LogRecord logged, String method) {
        Throwable thrown = logged.getThrown();
        return thrown != null
                && Arrays.stream(thrown.getStackTrace())
                        .anyMatch(frame -> frame.toString().contains(method));
    }
}
