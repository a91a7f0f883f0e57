package dev.nettystreams;

import dev.nettystreams.spi.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that threads other than the loop's have written, until the loop collects them. Small writes are combined in one
 * array, so a reply that is written in pieces costs the loop one task and one transport write.
 *
 * <pre>
 *   OPEN      --suspend (plaintext ends, or a file begins)--> SUSPENDED: appends are refused
 *   SUSPENDED --resume (TLS begins, or the file has ended)--> OPEN
 *   either    --seal (the output ends after these bytes), discard (the output has failed)--> CLOSED: appends are
 *   refused
 * </pre>
 *
 * {@link Lifecycle} has similar states. They are repeated here because an append must be either refused or sent: that
 * is decided under the lock under which the loop collects.
 *
 * <p><em>Credit</em> is the number of bytes that other threads may append before they should wait, less the bytes that
 * they have appended. A {@code drain} completes without asking the loop as long as the credit is not negative. The loop
 * revokes the credit when it collects, and grants new credit once it has passed the bytes on.
 *
 * <p>Any thread appends; the loop collects. The loop takes the lock, so no thread holds it for an unbounded time: at
 * most {@value #MOST_ROOM_BYTES} bytes are copied under it, larger arrays are copied before, and bytes are passed to
 * the transport after it is released.
 */
final class CrossThreadWrites {
    /** The credit while the loop has granted none: writers should wait. */
    static final long NONE = Long.MIN_VALUE;

    private static final int FIRST_ROOM_BYTES = 128;
    private static final int MOST_ROOM_BYTES = 8192;

    private final Object lock = new Object();
    private @Nullable ArrayDeque<ByteBuffer> entries; // guarded by lock; flipped, without the open one
    private @Nullable ByteBuffer open; // guarded by lock; the last entry, which takes further small writes
    private int nextRoomBytes = FIRST_ROOM_BYTES; // guarded by lock; grows until the loop collects
    private volatile boolean isEmpty = true;
    private int byteCount; // guarded by lock
    private long grantedByteCount; // guarded by lock; NONE while the loop passes bytes on
    private volatile long credit; // written under lock
    private Phase phase = Phase.OPEN; // guarded by lock

    private enum Phase {
        OPEN,
        SUSPENDED,
        CLOSED
    }

    enum AppendResult {
        /** Accepted; the loop has been asked to collect. */
        QUEUED,
        /** Accepted; the caller must ask the loop to collect. */
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

    /** Returns the credit; if it is negative, writers should wait. Any thread. */
    long credit() {
        return credit;
    }

    /** Grants a credit, for the appends that have not been collected and for later ones. On the loop. */
    void grant(long creditBytes) {
        synchronized (lock) {
            grantedByteCount = creditBytes;
            updateCredit();
        }
    }

    private void updateCredit() {
        credit = grantedByteCount == NONE ? NONE : grantedByteCount - byteCount;
    }

    /** Returns whether there is nothing to collect. A writer on the loop checks this, to keep the order of writes. */
    boolean isEmpty() {
        return isEmpty;
    }

    /** Appends a copy of bytes. */
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

    /** Appends a buffer, which the caller must not touch afterwards. */
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

    /** Passes all entries to the transport. */
    void collectInto(Transport transport) {
        for (ByteBuffer entry : collect()) {
            transport.writeOwned(entry);
        }
    }

    /** Removes and returns all entries in their order, and revokes the credit until the next {@link #grant}. */
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

    /** Refuses later appends; earlier ones can still be collected. */
    void seal() {
        synchronized (lock) {
            phase = Phase.CLOSED;
        }
    }

    /** Refuses appends until {@link #resume}; earlier ones can still be collected. */
    void suspend() {
        move(Phase.OPEN, Phase.SUSPENDED);
    }

    /** Does the same, unless its reason is over; decides under the lock, so that a later {@link #resume} undoes it. */
    void suspendUnless(BooleanSupplier isOver) {
        synchronized (lock) {
            if (!isOver.getAsBoolean()) {
                suspend();
            }
        }
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

    /** Drops all entries, and refuses later appends. */
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
