package dev.nettystreams;

import dev.nettystreams.spi.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What other threads have written and the loop has not collected yet. Small writes gather in one array, so a thread that writes a
 * reply in pieces costs its loop one task and one transport write.
 *
 * <pre>
 *   OPEN --seal (the output ends in good order, behind what is here), discard (it has failed)--> SEALED: nothing is taken in
 *   OPEN --suspend (plaintext ends)--> SUSPENDED, nothing either --resume (TLS is there)--> OPEN
 * </pre>
 *
 * <p>Any thread appends; the loop collects. The loop takes the lock, so nobody does work of unbounded length under it:
 * at most {@value #MOST_ROOM_BYTES} bytes are copied there, larger arrays before, and bytes reach the transport outside
 * it.
 */
final class CrossThreadWrites {
    private static final int FIRST_ROOM_BYTES = 128;
    private static final int MOST_ROOM_BYTES = 8192;

    private final Object lock = new Object();
    private @Nullable ArrayDeque<ByteBuffer> entries; // guarded by lock; ready to be read from, save the open one
    private @Nullable ByteBuffer open; // guarded by lock; the last entry while it takes more, in the state for filling
    private int nextRoomBytes = FIRST_ROOM_BYTES; // guarded by lock; more for each that the loop leaves uncollected
    private volatile boolean isEmpty = true;
    private volatile int byteCount; // written under lock
    private Phase phase = Phase.OPEN; // guarded by lock

    private enum Phase {
        OPEN,
        SUSPENDED,
        SEALED
    }

    /** What became of an append. */
    enum Taken {
        /** Somebody has seen to it already that the loop collects. */
        IN,
        /** The caller must see to it that the loop collects. */
        IN_AS_THE_FIRST,
        /** Not taken in: the output has ended. */
        NOT,
        /** Not taken in: {@code startTls} is under way. */
        NOT_NOW
    }

    /** Whether there is nothing to collect; a writer on the loop looks here first, to keep the order of one program's writes. */
    boolean isEmpty() {
        return isEmpty;
    }

    /** Adds a copy. */
    Taken append(byte[] source, int offset, int byteCount) {
        if (byteCount > MOST_ROOM_BYTES) {
            return append(ByteBuffer.wrap(Arrays.copyOfRange(source, offset, offset + byteCount)));
        }
        synchronized (lock) {
            if (phase != Phase.OPEN) {
                return phase == Phase.SEALED ? Taken.NOT : Taken.NOT_NOW;
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
            return taken(byteCount);
        }
    }

    /** Adds a buffer. */
    Taken append(ByteBuffer owned) {
        synchronized (lock) {
            if (phase != Phase.OPEN) {
                return phase == Phase.SEALED ? Taken.NOT : Taken.NOT_NOW;
            }
            closeOpen();
            entries().add(owned);
            return taken(owned.remaining());
        }
    }

    void collectInto(Transport transport) {
        for (ByteBuffer entry : collect()) {
            transport.writeOwned(entry);
        }
    }

    /** Takes all entries out, in their order. */
    ArrayDeque<ByteBuffer> collect() {
        synchronized (lock) {
            closeOpen();
            ArrayDeque<ByteBuffer> collected = entries();
            entries = null;
            nextRoomBytes = FIRST_ROOM_BYTES;
            isEmpty = true;
            byteCount = 0;
            return collected;
        }
    }

    /** How much is held. Any thread. */
    int byteCount() {
        return byteCount;
    }

    /** Takes nothing in from now on; what is there is still to be collected. */
    void seal() {
        synchronized (lock) {
            phase = Phase.SEALED;
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

    @SuppressWarnings("NonAtomicVolatileUpdate") // the lock sees to that
    private Taken taken(int addedByteCount) {
        assert Thread.holdsLock(lock);
        byteCount += addedByteCount;
        Taken taken = isEmpty ? Taken.IN_AS_THE_FIRST : Taken.IN;
        isEmpty = false;
        return taken;
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
