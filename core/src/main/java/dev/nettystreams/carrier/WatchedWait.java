package dev.nettystreams.carrier;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The waits of one carried thread, which the watch may interrupt if they hold up the loop.
 *
 * <pre>
 *   NOT_WAITING --begin: the next number--> WAITING --interrupt--> SENDING --the thread is interrupted--> SENT
 *        ^_______________________________end______/____________________________________________end________/
 * </pre>
 *
 * A wait is a number with its state in the low two bits. The watch interrupts the very wait that it has seen, or none;
 * {@code end} waits while the watch is between two lines.
 *
 * <p>Confined to the thread, save the methods of the watch.
 */
final class WatchedWait {
    static final int NOT_WAITING = 0;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(WatchedWait.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int WAITING = 1;
    private static final int SENDING = 2;
    private static final int SENT = 3;
    private static final int STATE_BITS = 3;
    private static final int NEXT_NUMBER = 4;

    private volatile int state;

    /** Returns the wait, to give to {@link #end}; a wait inside of another one is no wait of its own. */
    int begin() {
        if (stateOf(state) != NOT_WAITING) {
            return NOT_WAITING;
        }
        int wait = numberOf(state) + NEXT_NUMBER + WAITING;
        state = wait;
        return wait;
    }

    /** Returns true if the watch has interrupted the thread in this wait. */
    boolean end(int wait) {
        if (wait == NOT_WAITING || STATE.compareAndSet(this, wait, numberOf(wait))) {
            return false;
        }
        while (stateOf(state) == SENDING) {
            Thread.onSpinWait();
        }
        state = numberOf(wait);
        return true;
    }

    // ---- the watch

    int observe() {
        return state;
    }

    /** Sends an interrupt to the observed wait; returns false if that is over, or was no wait. */
    boolean interrupt(int observed, Runnable send) {
        if (stateOf(observed) != WAITING || !STATE.compareAndSet(this, observed, numberOf(observed) + SENDING)) {
            return false;
        }
        try {
            send.run();
        } finally {
            state = numberOf(observed) + SENT;
        }
        return true;
    }

    private static int numberOf(int wait) {
        return wait & ~STATE_BITS;
    }

    private static int stateOf(int wait) {
        return wait & STATE_BITS;
    }
}
