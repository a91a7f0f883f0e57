package dev.nettystreams.carrier;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The waits of one carried thread. {@link PinWatch} may interrupt the one that is under way if it holds up the loop.
 *
 * <pre>
 *   NOT_WAITING --begin: the next number--> WAITING --interrupt--> SENDING --the thread is interrupted--> SENT
 *        ^_______________________________end______/____________________________________________end________/
 * </pre>
 *
 * A wait is a number, with its state in the low two bits. The number makes sure that the watch interrupts the wait that
 * it has observed, and no later one. An {@code end} that finds SENDING spins until the interrupt is sent, which takes a
 * few instructions.
 *
 * <p>Confined to the thread, except for the methods of the watch.
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

    /** Begins a wait and returns it, for {@link #end}. Returns NOT_WAITING inside another wait, which goes on. */
    int begin() {
        if (stateOf(state) != NOT_WAITING) {
            return NOT_WAITING;
        }
        int wait = numberOf(state) + NEXT_NUMBER + WAITING;
        state = wait;
        return wait;
    }

    /** Ends a wait; returns whether the watch has interrupted the thread in it. */
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

    /** Sends an interrupt to the observed wait; returns false if it is over, or if the thread was not waiting. */
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
