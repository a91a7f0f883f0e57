package dev.nettystreams.carrier;

/**
 * The threads that one event loop carries, as the streams see them. The package page explains the states, and why
 * threads may run there.
 *
 * <p>Called on the loop's own thread or on a thread that it carries, except for the methods marked "any thread".
 */
public interface Carrier {
    /** Returns whether the calling thread is carried by this loop, and the loop has not ended. Any thread. */
    boolean isCarryingCaller();

    /** Returns whether the loop has ended. The threads that it carried then run on other threads. Any thread. */
    boolean isOrphaned();

    /**
     * Creates a thread on this loop without starting it. The caller binds {@link Interrupts} to it, which the task
     * {@linkplain Interrupts#adoptCaller adopts}. Any thread.
     */
    Thread newThread(Runnable task);

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
