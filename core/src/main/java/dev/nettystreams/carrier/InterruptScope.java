package dev.nettystreams.carrier;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Steps of one thread that a deadline may interrupt.
 *
 * <pre>
 *   OPEN --interrupt--> SENDING --the thread has been interrupted--> SENT --close--> EXPIRED, EXPIRED_AMONG_OTHERS
 *      \__close__> CLOSED: IN_TIME
 * </pre>
 *
 * The first of the two wins. {@code close} waits while the other is between two lines.
 *
 * <p>Confined to the thread, save the methods marked "any thread".
 */
public final class InterruptScope implements Interrupts.Reason {
    /** The outcome of a scope. */
    public enum End {
        /** The steps were over first: no interrupt was sent, or ever will be. */
        IN_TIME,
        /** The deadline was first, and has interrupted the thread. Its interrupt is taken back. */
        EXPIRED,
        /** The same, and others have interrupted the thread since the scope began. Their interrupt stays. */
        EXPIRED_AMONG_OTHERS
    }

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(InterruptScope.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int OPEN = 0;
    private static final int SENDING = 1;
    private static final int SENT = 2;
    private static final int CLOSED = 3;

    private final Interrupts interrupts;
    private final @Nullable InterruptScope outer;
    private final Set<Interrupts.Reason> outerReasons;
    private final long beginNanos = System.nanoTime();
    private final long timeoutNanos;
    private volatile int state;
    private @Nullable End end;

    InterruptScope(
            Interrupts interrupts,
            @Nullable InterruptScope outer,
            Set<Interrupts.Reason> outerReasons,
            long timeoutNanos) {
        this.interrupts = interrupts;
        this.outer = outer;
        this.outerReasons = outerReasons;
        this.timeoutNanos = timeoutNanos;
    }

    @Nullable
    InterruptScope outer() {
        return outer;
    }

    /** Of the outer scope, when this one began. */
    Set<Interrupts.Reason> outerReasons() {
        return outerReasons;
    }

    /** The time until the deadline, negative behind it. Any thread. */
    public long restNanos() {
        return timeoutNanos - (System.nanoTime() - beginNanos);
    }

    /** Any thread. */
    boolean interruptIfOverdue() {
        return restNanos() <= 0 && interrupt();
    }

    /** Interrupts the steps; returns false if they are over, or have been interrupted by this. Any thread. */
    public boolean interrupt() {
        if (!STATE.compareAndSet(this, OPEN, SENDING)) {
            return false;
        }
        try {
            interrupts.send(this);
        } finally {
            state = SENT;
        }
        return true;
    }

    /** The steps are over. A second call says the same, and does nothing. */
    public End close() {
        End known = end;
        if (known == null) {
            known = closeNow();
            end = known;
            interrupts.leave(this);
        }
        return known;
    }

    private End closeNow() {
        if (STATE.compareAndSet(this, OPEN, CLOSED)) {
            return End.IN_TIME;
        }
        while (state == SENDING) {
            Thread.onSpinWait();
        }
        return interrupts.takeBack(this) ? End.EXPIRED_AMONG_OTHERS : End.EXPIRED;
    }
}
