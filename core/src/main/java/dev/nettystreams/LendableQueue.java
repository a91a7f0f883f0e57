package dev.nettystreams;

import dev.nettystreams.spi.Chunk;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The received bytes under a try-lock that is biased to the loop. After the loop has answered a read of another thread,
 * it
 * <em>lends</em> the remaining bytes: that thread's next read takes them without asking the loop. Otherwise every read
 * on such a thread would cost two thread hops, even when its bytes are already buffered.
 *
 * <p>An ordinary try-lock would need no {@code OWNED} between two uses, but each read on the loop would begin with a
 * compare-and-set. Measured beside this one, a prototype was slower for pipelined requests, which take several reads
 * from one arrival, so the bias stays. The page on decisions, in {@code core/docs}, has the figures.
 *
 * <pre>
 *   OWNED --lend (the loop, behind an answer)--> LENT --tryUse (any other thread)--> IN_USE --endUse--> LENT
 *     ^______________tryOwn (the loop needs it; not while it is IN_USE)__________|
 *
 *   OWNED   the loop holds it, and reads without an atomic operation
 *   LENT    free: a compare-and-set decides who gets it
 *   IN_USE  held by a reader on another thread. The loop never waits for that reader, which the system may have
 *           preempted in the middle of a copy; it retries in a later turn.
 * </pre>
 *
 * <p>Bytes that arrive while the queue is LENT are appended to it. Bytes that arrive while it is IN_USE are put aside,
 * and are appended when the loop owns the queue again.
 *
 * <p>A reader that finds too few bytes waits without asking the loop. A Dekker handshake makes that safe: each side
 * publishes its own write, then reads the other's. The reader publishes that it waits ({@link ReadSlot}), then checks
 * that {@linkplain #isUnchangedSince nothing has changed}. The loop appends bytes or takes the queue back, then checks
 * for a waiting reader. At least one of the two sees the other.
 *
 * <p>Confined to the connection's loop, except for the methods below the line "any thread but the loop's".
 */
final class LendableQueue {
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(LendableQueue.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    static final int NOT_LENT = -1;

    private static final int OWNED = 0;
    private static final int LENT = 1;
    private static final int IN_USE = 2;

    private final ByteQueue queue = new ByteQueue();
    private @Nullable ByteQueue aside; // bytes that arrived while it was in use
    private int lentByteCount; // set by the last owner, and published by its write of the state
    private int lendNumber; // written by the loop, and published by its write of the state
    private volatile int state;
    private volatile boolean hasAside;

    /** Takes the queue if it is lent. Returns false while a reader holds it: the caller must retry in a later turn. */
    boolean tryOwn() {
        if (state == OWNED) {
            return true;
        }
        if (!STATE.compareAndSet(this, LENT, OWNED)) {
            return false;
        }
        ByteQueue later = aside;
        if (later != null) {
            try {
                queue.append(later);
            } catch (Error e) { // no memory for the append; the bytes stay aside
                lend();
                throw e;
            }
            aside = null;
            hasAside = false;
        }
        return true;
    }

    /** Returns all bytes; called after {@link #tryOwn} has returned true. */
    ByteQueue owned() {
        assert state == OWNED;
        return queue;
    }

    /** Returns the number of lent bytes that the last reader left. For that reader. */
    int lentByteCount() {
        return lentByteCount;
    }

    /** Returns whether another thread may take bytes. */
    boolean isLent() {
        return state != OWNED;
    }

    /** Appends a chunk for which no read waits: a large one stays in the transport's memory. */
    void hold(Chunk chunk) {
        if (state == OWNED) {
            queue.hold(chunk);
        } else if (tryOwn()) {
            try {
                queue.hold(chunk);
            } finally {
                lend();
            }
        } else {
            putAside(chunk);
        }
    }

    void append(Chunk chunk) {
        if (state == OWNED) {
            queue.append(chunk);
        } else if (tryOwn()) {
            try {
                queue.append(chunk);
            } finally {
                lend();
            }
        } else {
            putAside(chunk);
        }
    }

    private void putAside(Chunk chunk) {
        ByteQueue later = aside;
        if (later == null) {
            later = new ByteQueue();
            aside = later;
        }
        later.append(chunk);
        hasAside = true;
    }

    /** Returns the number of bytes, or an upper bound while they are lent. */
    int size() {
        if (state == OWNED) { // if not, this read also acquires the last reader's writes
            return queue.size();
        }
        ByteQueue later = aside;
        return lentByteCount + (later == null ? 0 : later.size());
    }

    /** Returns the size of the memory that this holds, in bytes. For the tests of this package. */
    int capacity() {
        ByteQueue later = aside;
        return queue.capacity() + (later == null ? 0 : later.capacity());
    }

    /** Lends the queue to the next reader on another thread. */
    void lend() {
        lentByteCount = queue.size();
        lendNumber = (lendNumber + 1) & Integer.MAX_VALUE;
        state = LENT;
    }

    // ---- any thread but the loop's

    /**
     * Acquires the lent bytes; {@link #endUse} must follow.
     *
     * @return the number of this lending, or {@link #NOT_LENT} if another holds them
     */
    int tryUse() {
        return state == LENT && STATE.compareAndSet(this, LENT, IN_USE) ? lendNumber : NOT_LENT;
    }

    /** Returns the lent bytes; called between {@link #tryUse} and {@link #endUse}. */
    ByteQueue inUse() {
        assert state == IN_USE;
        return queue;
    }

    /** Releases the lent bytes. */
    void endUse() {
        lentByteCount = queue.size();
        state = LENT;
    }

    /**
     * Returns whether no bytes have arrived, and the loop has not taken the queue, since {@link #tryUse} returned the
     * number.
     */
    boolean isUnchangedSince(int number) {
        return !hasAside && state == LENT && lendNumber == number; // in this order
    }
}
