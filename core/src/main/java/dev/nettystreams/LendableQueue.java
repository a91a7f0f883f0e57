package dev.nettystreams;

import dev.nettystreams.spi.Chunk;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The received bytes, which the loop lends to a reader on another thread. Such a reader would else cost two hops between threads for each read,
 * though the bytes be there; so the loop, when it has answered one, leaves it what else has come.
 *
 * <pre>
 *   OWNED --lend (the loop, behind an answer)--> LENT --poll (any other thread)--> IN_USE --> LENT
 *     ^______________tryOwn (the loop needs it; not while it is IN_USE)__________|
 * </pre>
 *
 * The loop never waits for a reader, whom the system may have put aside in the middle of a copy: it comes back in a later turn.
 *
 * While it is lent, what arrives is put aside, and follows when the loop owns it again: at the latest when a read is not answered by what was lent, since
 * that asks the loop.
 *
 * <p>Confined to the connection's loop, save {@link #poll}.
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
    private @Nullable ByteQueue aside; // while it is lent
    private int lentByteCount; // while it is lent, what is left of it; the reader's, with its last write of the state
    private volatile int state;

    /** Takes it back if it is lent; false while a reader is at it, for whom nobody waits. */
    boolean tryOwn() {
        if (state == OWNED) {
            return true;
        }
        if (!STATE.compareAndSet(this, LENT, OWNED)) {
            return false;
        }
        queue.comeBack();
        ByteQueue later = aside;
        if (later != null) {
            try {
                queue.append(later);
            } catch (Error e) { // there is no room to put it behind; nothing is lost
                lend();
                throw e;
            }
            aside = null;
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
        } else {
            ByteQueue later = aside;
            if (later == null) {
                later = new ByteQueue();
                aside = later;
            }
            later.append(chunk);
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

    /** Leaves the bytes to whoever reads next. */
    void lend() {
        lentByteCount = queue.size();
        queue.goAway();
        state = LENT;
    }

    /**
     * Answers a read from what is lent. Any thread but the loop's.
     *
     * @param ifFree asked first, with the queue in use
     * @return the answer, null if it has to be the loop's
     * @throws IOException what the answer is otherwise
     */
    <T> @Nullable T poll(ReadRequest<T> request, Runnable ifFree) throws IOException {
        if (state != LENT || !STATE.compareAndSet(this, LENT, IN_USE)) {
            return null;
        }
        try {
            ifFree.run();
            return request.poll(queue);
        } finally {
            lentByteCount = queue.size();
            state = LENT;
        }
    }
}
