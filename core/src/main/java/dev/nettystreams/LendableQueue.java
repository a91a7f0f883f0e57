package dev.nettystreams;

import dev.nettystreams.spi.Chunk;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The received bytes under a biased try-lock: the loop holds it without a compare-and-set until it lends the bytes to a
 * reader on another thread. Otherwise every read on such a thread would cost two thread hops, even when its bytes are
 * already buffered; so after answering one, the loop leaves it whatever else has come.
 *
 * <p>An ordinary try-lock would need no {@code OWNED} between two uses, but each read on the loop would begin with a
 * compare-and-set. Measured beside this one, a prototype was slower for pipelined requests, which take several reads
 * from one arrival, so the bias stays. The page on decisions, in {@code core/docs}, has the figures.
 *
 * <pre>
 *   OWNED --lend (the loop, behind an answer)--> LENT --tryUse (any other thread)--> IN_USE --endUse--> LENT
 *     ^______________tryOwn (the loop needs it; not while it is IN_USE)__________|
 *
 *   OWNED   biased to the loop: its own reads pay no atomic operation
 *   LENT    free: the winner of the compare-and-set has it
 *   IN_USE  held by a reader. The loop never waits for it, since the system may have preempted it in the middle of a
 *           copy: it retries in a later turn.
 * </pre>
 *
 * <p>Bytes that arrive while it is lent are lent, too; bytes that arrive while it is in use are put aside, and follow
 * when the loop owns it again.
 *
 * <p>A reader that was not served and the loop meet by Dekker's handshake: each publishes its own write, then reads the
 * other's. The reader publishes that it waits ({@link ReadSlot}), then looks whether
 * {@linkplain #isUnchangedSince nothing has changed}; the loop adds bytes or takes the queue back, then looks for a
 * reader that waits. One of the two sees the other, so a reader without bytes need not ask the loop.
 *
 * <p>Confined to the connection's loop, save the methods marked "any thread".
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
    private int lentByteCount; // left by the last reader, and published by its write of the state
    private int lendNumber; // written by the loop, and published by its write of the state
    private volatile int state;
    private volatile boolean hasAside;

    /** Takes it back if it is lent. Returns false while a reader holds it: the caller retries in a later turn. */
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
            } catch (Error e) { // there is no room to put it behind; nothing is lost
                lend();
                throw e;
            }
            aside = null;
            hasAside = false;
        }
        return true;
    }

    /** All bytes, after {@link #tryOwn} has returned true. */
    ByteQueue owned() {
        assert state == OWNED;
        return queue;
    }

    /** How many of the lent bytes a reader on another thread has left. For that thread. */
    int lentByteCount() {
        return lentByteCount;
    }

    /** Whether another thread may take from it. */
    boolean isLent() {
        return state != OWNED;
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
            ByteQueue later = aside;
            if (later == null) {
                later = new ByteQueue();
                aside = later;
            }
            later.append(chunk);
            hasAside = true;
        }
    }

    /** The number of bytes; while it is lent, an upper bound. */
    int size() {
        if (state == OWNED) { // if not, this read also acquires the last reader's writes
            return queue.size();
        }
        ByteQueue later = aside;
        return lentByteCount + (later == null ? 0 : later.size());
    }

    /** For the tests of this package: the memory that it holds, in bytes. */
    int capacity() {
        ByteQueue later = aside;
        return queue.capacity() + (later == null ? 0 : later.capacity());
    }

    /** Gives up the bias: the next reader may take the bytes. */
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

    /** The lent bytes, between {@link #tryUse} and {@link #endUse}. */
    ByteQueue inUse() {
        assert state == IN_USE;
        return queue;
    }

    void endUse() {
        lentByteCount = queue.size();
        state = LENT;
    }

    /** Whether nothing has arrived, and the loop has not taken it back, since the caller's {@link #tryUse}. */
    boolean isUnchangedSince(int number) {
        return !hasAside && state == LENT && lendNumber == number; // in this order
    }
}
