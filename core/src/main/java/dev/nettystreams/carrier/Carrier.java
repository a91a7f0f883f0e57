package dev.nettystreams.carrier;

import dev.nettystreams.spi.Loop;
import org.jspecify.annotations.Nullable;

/**
 * The threads that one event loop carries, as the streams see them.
 *
 * <p>On the loop's own thread or on a thread that it carries, save the methods marked "any thread".
 */
public interface Carrier {
    /** The carrier of the calling thread's loop, made at the first call; null where no thread can be carried. */
    static @Nullable Carrier of(Loop current) {
        return LoopCarrier.of(current);
    }

    /** The carrier of the calling thread, null if no loop carries it. Any thread. */
    static @Nullable Carrier ofCaller() {
        return LoopCarrier.ofCaller();
    }

    /**
     * The loop that should keep the timers which the caller sets: of a carried thread its own, and of a loop's own
     * thread that loop once it has carried a thread; else null. Any thread.
     */
    static @Nullable Loop timersOfCaller() {
        return LoopCarrier.timersOfCaller();
    }

    /** Whether this carries the calling thread, and its loop goes on. Any thread. */
    boolean isCarryingCaller();

    /** Whether the loop has ended, and the threads that it carried go on elsewhere. Any thread. */
    boolean isOrphaned();

    /** Makes a thread on this loop that has not begun. Any thread. */
    Thread newThread(Runnable task, Interrupts interrupts);

    /** An event of the transport begins. A thread that becomes ready in it runs when it ends. */
    void beginEvent();

    /** The event is over: no change of state is under way. */
    void endEvent();

    /** Runs a task on the loop's own thread when the caller has parked, behind everything it has asked for before. */
    void defer(Runnable task);

    /** Sends a copy of bytes when the caller has parked, behind everything it has asked for before. */
    void write(Outgoing target, byte[] source, int offset, int byteCount);

    /**
     * Whether calls of a parked thread are being made just now. A write of the loop's own thread must go behind them.
     */
    boolean isSettling();

    /** Runs a task on the loop's own thread when the caller parks next, before anything deferred. */
    void atNextPark(Runnable task);

    /** Calls off a task of {@link #atNextPark}; without effect if it has run. */
    void callOff(Runnable task);
}
