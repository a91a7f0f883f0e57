package dev.nettystreams;

import dev.nettystreams.spi.Block;
import dev.nettystreams.spi.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
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
 * most {@value #MOST_ROOM_BYTES} bytes are copied under it, larger arrays are copied before, into memory that the
 * transport can send, and bytes are passed to the transport after it is released.
 */
final class CrossThreadWrites {
    /** The credit while the loop has granted none: writers should wait. */
    static final long NONE = Long.MIN_VALUE;

    private static final int FIRST_ROOM_BYTES = 128;
    static final int MOST_ROOM_BYTES = 8192;

    private final Object lock = new Object();
    private @Nullable ArrayDeque<Block> entries; // guarded by lock; without the open one
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
        SUSPENDED;

        boolean isAccepted() {
            return this == QUEUED || this == QUEUED_FIRST;
        }
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

    /** Appends a copy of bytes, {@value #MOST_ROOM_BYTES} at most. */
    AppendResult append(byte[] source, int offset, int byteCount) {
        assert byteCount <= MOST_ROOM_BYTES : byteCount; // the loop may be waiting for the lock
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
            room.put(source, offset, byteCount);
            return queued(byteCount);
        }
    }

    /** Appends a block, and takes it over unless the append is refused. */
    AppendResult append(Block block) {
        synchronized (lock) {
            if (phase != Phase.OPEN) {
                return refusal();
            }
            closeOpen();
            entries().add(block);
            return queued(block.byteCount());
        }
    }

    /** Passes all entries to the transport; if it throws, the rest is dropped. */
    void collectInto(Transport transport) {
        ArrayDeque<Block> collected = collect();
        try {
            while (!collected.isEmpty()) {
                transport.write(collected.remove());
            }
        } finally {
            collected.forEach(Block::release);
        }
    }

    /** Removes and returns all entries in their order, and revokes the credit until the next {@link #grant}. */
    ArrayDeque<Block> collect() {
        synchronized (lock) {
            closeOpen();
            ArrayDeque<Block> collected = entries();
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
        collect().forEach(Block::release);
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
            entries().add(Block.of(filled.flip()));
        }
    }

    private ArrayDeque<Block> entries() {
        ArrayDeque<Block> list = entries;
        if (list == null) {
            list = new ArrayDeque<>(2);
            entries = list;
        }
        return list;
    }
}
