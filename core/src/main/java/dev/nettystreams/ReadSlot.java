package dev.nettystreams;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The reader's one place for a read, a relay or a {@code startTls} that waits. Any thread puts one in where none is or
 * one that is done; the loop takes it out.
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

    /** The occupant that is not done, null if there is none. Any thread. */
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

    /** On the loop: takes out an operation that is about to be done, unless another has its place. */
    void free(Occupant done) {
        OCCUPANT.compareAndSet(this, done, null);
    }

    /** The same, for one that is still in its place. */
    void clear() {
        occupant = null;
    }
}
