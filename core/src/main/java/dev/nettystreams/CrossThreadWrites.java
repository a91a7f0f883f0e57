package dev.nettystreams;

import dev.nettystreams.spi.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What other threads have written and the loop has not collected yet. Small writes gather in one array, so a thread that writes a
 * reply in pieces costs its loop one task and one transport write.
 *
 * <p>Any thread appends; the loop collects. The lock covers the list only: bytes reach the transport outside it.
 */
final class CrossThreadWrites {
    private static final int GATHERED_BYTES = 1024;

    private final Object lock = new Object();
    private @Nullable ArrayDeque<ByteBuffer> entries; // guarded by lock; ready to be read from, save the open one
    private @Nullable ByteBuffer open; // guarded by lock; the last entry while it takes more, in the state for filling
    private volatile boolean isEmpty = true;

    /** Whether there is nothing to collect; a writer on the loop looks here first, to keep the order of one program's writes. */
    boolean isEmpty() {
        return isEmpty;
    }

    /** Adds a copy; true if the caller must see to it that the loop collects. */
    boolean append(byte[] source, int offset, int byteCount) {
        synchronized (lock) {
            ByteBuffer room = open;
            if (room == null || room.remaining() < byteCount) {
                closeOpen();
                room = ByteBuffer.allocate(Math.max(byteCount, GATHERED_BYTES));
                open = room;
            }
            room.put(source, offset, byteCount);
            return becameNonEmpty();
        }
    }

    /** Adds a buffer; true if the caller must see to it that the loop collects. */
    boolean append(ByteBuffer owned) {
        synchronized (lock) {
            closeOpen();
            entries().add(owned);
            return becameNonEmpty();
        }
    }

    void collectInto(Transport transport) {
        ArrayDeque<ByteBuffer> collected;
        synchronized (lock) {
            closeOpen();
            collected = entries();
            entries = null;
            isEmpty = true;
        }
        for (ByteBuffer entry : collected) {
            transport.writeOwned(entry);
        }
    }

    private boolean becameNonEmpty() {
        boolean was = isEmpty;
        isEmpty = false;
        return was;
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
