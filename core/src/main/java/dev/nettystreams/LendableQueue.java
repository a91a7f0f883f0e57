package dev.nettystreams;

import dev.nettystreams.spi.Chunk;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The received bytes, which the loop lends to a reader on another thread. Such a reader would else cost two hops between threads for each read,
 * though the bytes be there; so the loop, when it has answered one, leaves it what else has come.
 *
 * <pre>
 *   OWNED --lend (the loop, behind an answer)--> LENT --tryUse (any other thread)--> IN_USE --endUse--> LENT
 *     ^______________tryOwn (the loop needs it; not while it is IN_USE)__________|
 * </pre>
 *
 * The loop never waits for a reader, whom the system may have put aside in the middle of a copy: it comes back in a later turn.
 *
 * <p>What arrives while it is lent is lent, too; what arrives while it is in use is put aside, and follows when the loop owns it again. A reader that was not
 * served shows that it waits, and then looks whether {@linkplain #isUnchangedSince all is as it was}; the loop adds or takes back, and then looks whether
 * somebody waits. So one of the two sees the other, and a reader for whom there is nothing yet need not ask the loop.
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

    private static final int OWNED = 0;
    private static final int LENT = 1;
    private static final int IN_USE = 2;

    private final ByteQueue queue = new ByteQueue();
    private @Nullable ByteQueue aside; // what came while it was in use
    private int lentByteCount; // while it is lent, what is left of it; the reader's, with its last write of the state
    private int lendNumber; // the loop's, with its write of the state
    private volatile int state;
    private volatile boolean hasAside;

    static final int NOT_TO_BE_USED = -1;

    /** Takes it back if it is lent; false while a reader is at it, for whom nobody waits. */
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

    /** The bytes, all of them, when {@link #tryOwn} has said yes. */
    ByteQueue owned() {
        assert state == OWNED;
        return queue;
    }

    /** What a reader on another thread has left of what was lent. For that thread. */
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

    /** How many bytes there are; while it is lent, how many there may still be. */
    int size() {
        if (state == OWNED) { // if not, this look also shows what the last reader has left
            return queue.size();
        }
        ByteQueue later = aside;
        return lentByteCount + (later == null ? 0 : later.size());
    }

    /** For the tests of this package: what it holds of memory. */
    int capacity() {
        ByteQueue later = aside;
        return queue.capacity() + (later == null ? 0 : later.capacity());
    }

    /** Leaves the bytes to whoever reads next. */
    void lend() {
        lentByteCount = queue.size();
        lendNumber = (lendNumber + 1) & Integer.MAX_VALUE;
        state = LENT;
    }

    // ---- any thread but the loop's

    /**
     * Takes what is lent into use. {@link #endUse} must follow, unless it is not to be had.
     *
     * @return the number of this lending, or {@link #NOT_TO_BE_USED}
     */
    int tryUse() {
        return state == LENT && STATE.compareAndSet(this, LENT, IN_USE) ? lendNumber : NOT_TO_BE_USED;
    }

    /** What is lent, between {@link #tryUse} and {@link #endUse}. */
    ByteQueue inUse() {
        assert state == IN_USE;
        return queue;
    }

    void endUse() {
        lentByteCount = queue.size();
        state = LENT;
    }

    /** Whether nothing has come, and the loop has not had it back, since the caller {@linkplain #tryUse used} it. */
    boolean isUnchangedSince(int number) {
        return !hasAside && state == LENT && lendNumber == number; // in this order
    }
}
