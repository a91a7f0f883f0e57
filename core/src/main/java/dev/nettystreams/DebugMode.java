package dev.nettystreams;

import dev.nettystreams.spi.Block;
import dev.nettystreams.spi.LogLimit;
import dev.nettystreams.spi.OpeningPlace;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * asyncio's debug mode, {@code -Ddev.nettystreams.debug=true}: finds the mistakes that a program makes in silence, and
 * logs each as a warning of {@code dev.nettystreams}. It costs a stack trace for each connection.
 *
 * <ul>
 * <li>A connection is dropped without {@code close}: no code can reach it any more, and its socket would stay open. The
 *     warning has the stack trace of the call that opened it, and the connection is closed. A pending operation, the
 *     reader, the writer and each view of them hold their connection, and a server holds the connection of a handler
 *     until the handler ends.
 * <li>Borrowed bytes are dropped, neither closed nor written. The warning has the stack trace of the {@code borrow},
 *     and the memory is given back.
 * <li>A task fails, and no code ever looks at its outcome.
 * <li>Callbacks of a connection hold their event loop for 100 ms or longer.
 * </ul>
 *
 * <p>The property is read when a connection opens, and when a task starts.
 */
final class DebugMode {
    static final String PROPERTY = OpeningPlace.DEBUG_PROPERTY;

    private static final System.Logger LOGGER = System.getLogger("dev.nettystreams");
    private static final LogLimit LIMIT = new LogLimit(100);

    /** The thread of the JDK's cleaner starts with the first use. */
    private static final class Watch {
        static final Cleaner CLEANER = Cleaner.create(task -> {
            Thread thread = new Thread(task, "netty-streams-debug");
            thread.setDaemon(true);
            return thread;
        });
    }

    private DebugMode() {}

    static boolean isOn() {
        return OpeningPlace.isDebugging();
    }

    private static void warn(Supplier<String> message, @Nullable Throwable cause) {
        LIMIT.log(LOGGER, Level.WARNING, message, cause);
    }

    /**
     * Reports a connection that is dropped before it is closed.
     *
     * @param handle the object that the program drops
     * @param core the connection, which does not refer to the handle unless an operation is pending
     */
    static void watch(StreamConnection handle, StreamCore core, OpeningPlace opened) {
        Watch.CLEANER.register(handle, () -> {
            if (core.lifecycle.isOpen()) {
                String name = "StreamConnection[" + core + "]";
                core.close();
                warn(() -> name + " was dropped without close(); it is closed now", opened.trace());
            }
        });
    }

    /** Returns the call stack of a {@code borrow}, or null if debug mode is off. */
    static @Nullable Throwable borrowPlace() {
        return isOn() ? new Throwable("the bytes were borrowed here") : null;
    }

    /**
     * Reports borrowed bytes that are dropped before they are closed or written.
     *
     * @param owned the bytes, or null after their end; does not refer to the handle
     */
    static void watch(BorrowedBytes handle, AtomicReference<@Nullable Block> owned, Throwable place) {
        Watch.CLEANER.register(handle, () -> {
            Block left = owned.getAndSet(null);
            if (left != null) {
                String name = "BorrowedBytes[" + left.byteCount() + "]";
                left.release();
                warn(() -> name + " were dropped without close() or write(); they are closed now", place);
            }
        });
    }

    /** The outcome of a task, and whether any code has looked at it. Any thread. */
    static final class Outcome {
        private volatile @Nullable Throwable failure;
        private volatile boolean isSeen;

        private Outcome() {}

        /** Returns the record of a new task, or null if debug mode is off. */
        static @Nullable Outcome of(Object task) {
            if (!isOn()) {
                return null;
            }
            Outcome outcome = new Outcome();
            Watch.CLEANER.register(task, outcome::report);
            return outcome;
        }

        void failed(Throwable reason) {
            failure = reason;
        }

        void seen() {
            isSeen = true;
        }

        private void report() {
            Throwable reason = failure;
            if (reason != null && !isSeen) {
                warn(() -> "a task failed, and no code looked at its outcome: " + reason, reason);
            }
        }
    }

    /** The turns of one connection. Confined to its loop. */
    static final class TurnTimes {
        private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

        private final LongSupplier nanoClock;
        private final Supplier<String> connection;
        private long beginNanos;

        TurnTimes(LongSupplier nanoClock, Supplier<String> connection) {
            this.nanoClock = nanoClock;
            this.connection = connection;
        }

        /** Returns the times of a new connection, or null if debug mode is off. */
        static @Nullable TurnTimes of(Supplier<String> connection) {
            return isOn() ? new TurnTimes(System::nanoTime, connection) : null;
        }

        void begin() {
            beginNanos = nanoClock.getAsLong();
        }

        void end() {
            long nanos = nanoClock.getAsLong() - beginNanos;
            if (nanos >= SLOW_NANOS) {
                warn(
                        () -> "callbacks of StreamConnection[" + connection.get() + "] held their event loop for "
                                + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms",
                        null);
            }
        }
    }
}
