package dev.nettystreams;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The reader's one slot for a waiting read, relay or {@code startTls}. Any thread fills the slot if it is empty or its
 * occupant is done; the loop empties it.
 */
final class ReadSlot {
    private static final VarHandle OCCUPANT;

    static {
        try {
            OCCUPANT = MethodHandles.lookup().findVarHandle(ReadSlot.class, "occupant", Occupant.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Lifecycle lifecycle;
    private volatile @Nullable Occupant occupant;

    ReadSlot(Lifecycle lifecycle) {
        this.lifecycle = lifecycle;
    }

    /** Returns the occupant that is not done, or null. Any thread. */
    @Nullable
    Occupant waiting() {
        Occupant now = occupant;
        return now == null || now.isDone() ? null : now;
    }

    /**
     * Any thread.
     *
     * @throws ConcurrentReadException if another operation waits
     */
    void occupy(Occupant newcomer) {
        Occupant before;
        do {
            before = occupant;
            refuseIfBusy(newcomer.method());
        } while (!OCCUPANT.compareAndSet(this, before, newcomer));
    }

    /**
     * Any thread.
     *
     * @throws ConcurrentReadException if another operation waits
     * @throws StreamClosedException after {@code detach}
     */
    void refuseIfBusy(String method) {
        Occupant waiting = waiting();
        if (waiting != null) {
            throw new ConcurrentReadException(method, waiting.method());
        }
        if (lifecycle.isHandedOver()) {
            throw new StreamClosedException(method + "() called after detach()");
        }
    }

    /** On the loop: removes an operation that is about to be done, unless another one has taken the slot. */
    void free(Occupant done) {
        OCCUPANT.compareAndSet(this, done, null);
    }

    /** Does the same for an operation that still holds the slot. */
    void clear() {
        occupant = null;
    }
}
