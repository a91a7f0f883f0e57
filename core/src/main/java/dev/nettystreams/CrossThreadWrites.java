package dev.nettystreams;

import dev.nettystreams.spi.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that other threads have written and the loop has not collected yet. Small writes gather in one array, so a
 * thread that writes a reply in pieces costs its loop one task and one transport write.
 *
 * <pre>
 *   OPEN --seal (the output ends in good order, behind these), discard (it has failed)--> CLOSED: appends are refused
 *   OPEN --suspend (plaintext ends)--> SUSPENDED: appends are refused --resume (TLS is there)--> OPEN
 * </pre>
 *
 * Lifecycle has the same states, and yet they are here too: "refused" or "will be sent" must be one decision, made
 * under the lock that the loop collects under.
 *
 * <p><em>Credit</em> is the number of bytes that other threads may append before they should wait, less what they have
 * appended. The loop grants it when it has passed on what it collected, and takes it back while it does: a thread
 * drains without asking the loop for as long as the credit is not negative.
 *
 * <p>Any thread appends; the loop collects. The loop takes the lock, so nobody does work of unbounded length under it:
 * at most {@value #MOST_ROOM_BYTES} bytes are copied there, larger arrays before, and bytes reach the transport outside
 * it.
 */
final class CrossThreadWrites {
    /** No byte may be appended before the loop has granted more. */
    static final long NONE = Long.MIN_VALUE;

    private static final int FIRST_ROOM_BYTES = 128;
    private static final int MOST_ROOM_BYTES = 8192;

    private final Object lock = new Object();
    private @Nullable ArrayDeque<ByteBuffer> entries; // guarded by lock; ready to be read from, save the open one
    private @Nullable ByteBuffer open; // guarded by lock; the last entry while it takes more, in the state for filling
    private int nextRoomBytes = FIRST_ROOM_BYTES; // guarded by lock; more for each that the loop leaves uncollected
    private volatile boolean isEmpty = true;
    private int byteCount; // guarded by lock
    private long grantedByteCount; // guarded by lock; NONE while the loop passes on what it has collected
    private volatile long credit; // written under lock
    private Phase phase = Phase.OPEN; // guarded by lock

    private enum Phase {
        OPEN,
        SUSPENDED,
        CLOSED
    }

    enum AppendResult {
        /** The loop has been asked to collect. */
        QUEUED,
        /** The caller must ask the loop to collect. */
        QUEUED_FIRST,
        /** Refused: the output has ended. */
        CLOSED,
        /** Refused: {@code startTls} is under way. */
        SUSPENDED
    }

    /** @param grantedByteCount the first credit */
    CrossThreadWrites(long grantedByteCount) {
        this.grantedByteCount = grantedByteCount;
        this.credit = grantedByteCount;
    }

    /** The bytes that may still be appended before a writer should wait; negative if it should. Any thread. */
    long credit() {
        return credit;
    }

    /** Grants other threads {@code creditBytes} bytes, for appends that wait here and for later ones. On the loop. */
    void grant(long creditBytes) {
        synchronized (lock) {
            grantedByteCount = creditBytes;
            updateCredit();
        }
    }

    private void updateCredit() {
        credit = grantedByteCount == NONE ? NONE : grantedByteCount - byteCount;
    }

    /** Whether there is nothing to collect. A writer on the loop asks first, to keep the order of writes. */
    boolean isEmpty() {
        return isEmpty;
    }

    /** Adds a copy. */
    AppendResult append(byte[] source, int offset, int byteCount) {
        if (byteCount > MOST_ROOM_BYTES) {
            return append(ByteBuffer.wrap(Arrays.copyOfRange(source, offset, offset + byteCount)));
        }
        synchronized (lock) {
            if (phase != Phase.OPEN) {
                return refusal();
            }
            ByteBuffer room = open;
            if (room == null || room.remaining() < byteCount) {
                closeOpen();
                room = ByteBuffer.allocate(Math.max(byteCount, nextRoomBytes));
                nextRoomBytes = Math.min(4 * nextRoomBytes, MOST_ROOM_BYTES);
                open = room;
            }
            assert byteCount <= MOST_ROOM_BYTES : byteCount; // the loop may be waiting for the lock
            room.put(source, offset, byteCount);
            return queued(byteCount);
        }
    }

    /** Adds a buffer. */
    AppendResult append(ByteBuffer owned) {
        synchronized (lock) {
            if (phase != Phase.OPEN) {
                return refusal();
            }
            closeOpen();
            entries().add(owned);
            return queued(owned.remaining());
        }
    }

    void collectInto(Transport transport) {
        for (ByteBuffer entry : collect()) {
            transport.writeOwned(entry);
        }
    }

    /** Takes all entries out, in their order, and the credit back until the next {@link #grant}. */
    ArrayDeque<ByteBuffer> collect() {
        synchronized (lock) {
            closeOpen();
            ArrayDeque<ByteBuffer> collected = entries();
            entries = null;
            nextRoomBytes = FIRST_ROOM_BYTES;
            isEmpty = true;
            byteCount = 0;
            grantedByteCount = NONE;
            updateCredit();
            return collected;
        }
    }

    /** For the tests of this package. */
    int byteCount() {
        synchronized (lock) {
            return byteCount;
        }
    }

    /** Takes nothing in from now on; what is there is still to be collected. */
    void seal() {
        synchronized (lock) {
            phase = Phase.CLOSED;
        }
    }

    /** Takes nothing in until {@link #resume}; what is there is still to be collected. */
    void suspend() {
        move(Phase.OPEN, Phase.SUSPENDED);
    }

    void resume() {
        move(Phase.SUSPENDED, Phase.OPEN);
    }

    private void move(Phase from, Phase to) {
        synchronized (lock) {
            if (phase == from) {
                phase = to;
            }
        }
    }

    /** Drops what is there, and takes nothing in from now on. */
    void discard() {
        seal();
        collect();
    }

    private AppendResult refusal() {
        return phase == Phase.CLOSED ? AppendResult.CLOSED : AppendResult.SUSPENDED;
    }

    private AppendResult queued(int addedByteCount) {
        assert Thread.holdsLock(lock);
        byteCount += addedByteCount;
        updateCredit();
        AppendResult result = isEmpty ? AppendResult.QUEUED_FIRST : AppendResult.QUEUED;
        isEmpty = false;
        return result;
    }

    private void closeOpen() {
        ByteBuffer filled = open;
        if (filled != null) {
            open = null;
            entries().add(filled.flip());
        }
    }

    private ArrayDeque<ByteBuffer> entries() {
        ArrayDeque<ByteBuffer> list = entries;
        if (list == null) {
            list = new ArrayDeque<>(2);
            entries = list;
        }
        return list;
    }
}
