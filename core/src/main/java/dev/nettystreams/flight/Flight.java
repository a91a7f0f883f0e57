package dev.nettystreams.flight;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The door to the events: decides whether this JVM has Flight Recorder, and whether an event is on.
 *
 * <p>No signature and no field here has a type of {@code jdk.jfr}, so this class links without that module.
 */
public final class Flight {
    /** An unknown duration, which the JDK's tools print as "N/A". */
    public static final long UNKNOWN = Long.MIN_VALUE;

    private static final boolean IS_AVAILABLE = findRecorder();

    private Flight() {}

    /**
     * Looks for the module {@code jdk.jfr}. A module that the JVM has added to itself, at the start of a recording, is
     * not read by ours until we ask for it.
     */
    private static boolean findRecorder() {
        try {
            Class<?> event = Class.forName("jdk.jfr.Event", false, Flight.class.getClassLoader());
            Flight.class.getModule().addReads(event.getModule());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /** Returns whether this JVM has the module {@code jdk.jfr}. */
    public static boolean isAvailable() {
        return IS_AVAILABLE;
    }

    // ---- connections. Any thread.

    /** Adds a connection to those that {@link OpenConnection} describes; {@link #connectionEnded} removes it. */
    public static void connectionOpened(Recorded connection) {
        if (IS_AVAILABLE) {
            OpenConnections.add(connection);
        }
    }

    /** Begins the event of a connection's life; null if it is off. */
    public static @Nullable Span lifeBegins() {
        return IS_AVAILABLE && ConnectionLife.isOn() ? ConnectionLife.begun() : null;
    }

    /**
     * Records the end of a connection.
     *
     * @param life the event that has begun; null if it was off when the connection opened
     * @param cause why the connection has ended
     */
    public static void connectionEnded(Recorded connection, @Nullable Span life, String cause) {
        if (IS_AVAILABLE) {
            OpenConnections.remove(connection);
            if (life != null) {
                life.finish(connection, cause);
            } else if (ConnectionLife.isOn()) {
                new ConnectionLife().finish(connection, cause);
            }
        }
    }

    // ---- one connection, on its loop. Each method returns null if its event is off.

    /** Begins the event of a pause. */
    public static @Nullable Span readPaused(long bufferedByteCount) {
        return IS_AVAILABLE && ReadPaused.isOn() ? ReadPaused.begun(bufferedByteCount) : null;
    }

    /** Begins the event of the waits of {@code drain}. */
    public static @Nullable Span drainWaits(Recorded connection) {
        return IS_AVAILABLE && DrainWaited.isOn() ? DrainWaited.begun(connection.pendingByteCount()) : null;
    }

    /** Begins the event of the waits of {@code flush}. */
    public static @Nullable Span flushWaits(Recorded connection) {
        return IS_AVAILABLE && FlushWaited.isOn() ? FlushWaited.begun(connection.pendingByteCount()) : null;
    }

    /** Begins the event of a handshake. */
    public static @Nullable HandshakeSpan handshakeBegins(Supplier<String> engine) {
        return IS_AVAILABLE && Handshake.isOn() ? Handshake.begun(engine.get()) : null;
    }

    /** Records the failure of a handler. */
    public static void handlerFailed(Recorded connection, Throwable failure) {
        if (IS_AVAILABLE && HandlerFailed.isOn()) {
            HandlerFailed.record(connection, failure);
        }
    }

    // ---- turns and runs, on their loop

    /** Returns whether the turns of connections, and the runs of carried threads, are timed. */
    public static boolean isTimingLoops() {
        return IS_AVAILABLE && LoopHeld.isOn();
    }

    /** Begins to time a turn or a run; {@link #isTimingLoops} has returned true. */
    public static LoopSpan holdBegins(@Nullable LoopSpan reused) {
        return LoopHeld.begun(reused);
    }
}
