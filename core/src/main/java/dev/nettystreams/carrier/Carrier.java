package dev.nettystreams.carrier;

import dev.nettystreams.spi.Loop;
import org.jspecify.annotations.Nullable;

/**
 * The threads that one event loop carries, as the streams see them. The package page explains the states, and why
 * threads may run there.
 *
 * <p>Called on the loop's own thread or on a thread that it carries, except for the methods marked "any thread".
 */
public interface Carrier {
    /**
     * Returns the carrier of the loop that the caller's thread runs; creates it at the first call. Returns null if this
     * JVM cannot carry threads. On the loop's own thread.
     */
    static @Nullable Carrier of(Loop current) {
        return LoopCarrier.of(current);
    }

    /** Returns the carrier of the calling thread, or null if no loop carries it. Any thread. */
    static @Nullable Carrier ofCaller() {
        return LoopCarrier.ofCaller();
    }

    /**
     * Returns the loop whose timers the caller should use. For a carried thread that is the loop that carries it. For a
     * loop's own thread it is that loop, if it has ever carried a thread. Otherwise returns null. Any thread.
     */
    static @Nullable Loop timersOfCaller() {
        return LoopCarrier.timersOfCaller();
    }

    /** Returns whether the calling thread is carried by this loop, and the loop has not ended. Any thread. */
    boolean isCarryingCaller();

    /** Returns whether the loop has ended. The threads that it carried then run on other threads. Any thread. */
    boolean isOrphaned();

    /** Creates a thread on this loop without starting it. The caller binds {@code interrupts} to it. Any thread. */
    Thread newThread(Runnable task, Interrupts interrupts);

    /**
     * Called when an event begins; {@link #endEvent} must follow. A thread that becomes ready in the event runs at its
     * end. On the loop's own thread.
     */
    void beginEvent();

    /** Called when an event has ended, and no change of state is under way. On the loop's own thread. */
    void endEvent();

    /**
     * Runs a task on the loop's own thread when the calling thread has parked, after everything that was deferred or
     * written before.
     */
    void defer(Runnable task);

    /** Copies bytes, and delivers them when the calling thread has parked, in the order of {@link #defer}. */
    void write(Outgoing target, byte[] source, int offset, int byteCount);

    /**
     * Returns whether the loop's own thread is making the deferred calls of a parked thread. A write in between must be
     * deferred as well, in order not to overtake them.
     */
    boolean isSettling();

    /** Runs a task on the loop's own thread when the calling thread parks next, before the deferred calls. */
    void atNextPark(Runnable task);

    /** Removes a task of {@link #atNextPark}. Has no effect if the task has run. */
    void callOff(Runnable task);
}
