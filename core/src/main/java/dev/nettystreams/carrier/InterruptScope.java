package dev.nettystreams.carrier;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A section of one thread's code that a deadline may interrupt.
 *
 * <pre>
 *   OPEN --interrupt--> SENDING --the thread has been interrupted--> SENT --close--> EXPIRED, EXPIRED_AMONG_OTHERS
 *      \__close__> CLOSED: IN_TIME
 * </pre>
 *
 * Whichever comes first, {@code interrupt} or {@code close}, decides. A {@code close} that finds SENDING spins until
 * the interrupt is sent, which takes a few instructions.
 *
 * <p>Confined to the thread, except for the methods marked "any thread".
 */
public final class InterruptScope implements Interrupts.Reason {
    /** The outcome of a scope. */
    public enum End {
        /** The section ended first. The deadline has sent no interrupt, and will send none. */
        IN_TIME,
        /** The deadline came first and interrupted the thread. Its interrupt has been taken back. */
        EXPIRED,
        /** As EXPIRED, but others have interrupted the thread as well since the scope began. Their interrupt stays. */
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

    /** Returns the reasons that the outer scope had when this one began. */
    Set<Interrupts.Reason> outerReasons() {
        return outerReasons;
    }

    /** Returns the time until the deadline; it is negative after the deadline. Any thread. */
    public long restNanos() {
        return timeoutNanos - (System.nanoTime() - beginNanos);
    }

    /** Interrupts the section if its deadline has passed; returns whether it did. Any thread. */
    boolean interruptIfOverdue() {
        return restNanos() <= 0 && interrupt();
    }

    /** Interrupts the section; returns false if it is closed, or was interrupted by this scope before. Any thread. */
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

    /** Closes the section. A second call has no effect and returns the same outcome. */
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
