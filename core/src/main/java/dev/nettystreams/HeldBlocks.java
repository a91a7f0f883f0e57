package dev.nettystreams;

import dev.nettystreams.spi.Block;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The last bytes of a {@link ByteQueue} that are still in the transport's memory, oldest first: large chunks that came
 * when nobody waited, so that the next read can copy them straight to its caller, or borrow them. At most
 * {@value #MOST_BLOCKS}, because a block may be part of a larger buffer that it keeps.
 *
 * <p>Owns each block until its last byte is taken. Confined as the queue is.
 */
final class HeldBlocks {
    private static final int MOST_BLOCKS = 4;

    private final @Nullable Block[] blocks = new Block[MOST_BLOCKS]; // a ring
    private int first;
    private int count;
    private int takenByteCount; // of the first block
    private int byteCount;

    int byteCount() {
        return byteCount;
    }

    boolean isFull() {
        return count == MOST_BLOCKS;
    }

    void add(Block block) {
        blocks[(first + count) % MOST_BLOCKS] = block;
        count++;
        byteCount += block.byteCount();
    }

    private Block first() {
        return Objects.requireNonNull(blocks[first]);
    }

    /** Copies bytes from the front into the rest of an array, and takes none. */
    void peek(byte[] target, int offset) {
        int skipped = takenByteCount;
        int at = offset;
        for (int i = 0; at < target.length; i++) {
            ByteBuffer bytes =
                    Objects.requireNonNull(blocks[(first + i) % MOST_BLOCKS]).bytes();
            int partByteCount = Math.min(target.length - at, bytes.remaining() - skipped);
            bytes.get(bytes.position() + skipped, target, at, partByteCount);
            at += partByteCount;
            skipped = 0;
        }
    }

    /** Copies bytes from the front. */
    void take(byte[] target, int offset, int wantedByteCount) {
        int end = offset + wantedByteCount;
        for (int at = offset; at < end; ) {
            ByteBuffer bytes = first().bytes();
            int partByteCount = Math.min(end - at, bytes.remaining() - takenByteCount);
            bytes.get(bytes.position() + takenByteCount, target, at, partByteCount);
            at += partByteCount;
            drop(partByteCount);
        }
    }

    /** Copies bytes from the front, and advances the target's position. */
    void take(ByteBuffer target, int wantedByteCount) {
        for (int left = wantedByteCount; left > 0; ) {
            ByteBuffer bytes = first().bytes();
            int partByteCount = Math.min(left, bytes.remaining() - takenByteCount);
            int from = bytes.position() + takenByteCount;
            target.put(bytes.limit(from + partByteCount).position(from));
            left -= partByteCount;
            drop(partByteCount);
        }
    }

    void drop(int droppedByteCount) {
        byteCount -= droppedByteCount;
        takenByteCount += droppedByteCount;
        while (count > 0 && takenByteCount >= first().byteCount()) {
            takenByteCount -= first().byteCount();
            removeFirst().release();
        }
    }

    private Block removeFirst() {
        Block removed = first();
        blocks[first] = null;
        first = (first + 1) % MOST_BLOCKS;
        count--;
        return removed;
    }

    /** Hands the first block out if it is whole and not too large, else returns null. The caller owns it then. */
    @Nullable
    Block takeFirst(int mostByteCount) {
        if (count == 0 || takenByteCount > 0 || first().byteCount() > mostByteCount) {
            return null;
        }
        byteCount -= first().byteCount();
        return removeFirst();
    }

    /** Moves all blocks behind another queue's array bytes. */
    void moveTo(ByteQueue target) {
        while (count > 0) {
            Block next = takeFirst(Integer.MAX_VALUE);
            if (next == null) { // partly taken
                byte[] rest = new byte[first().byteCount() - takenByteCount];
                take(rest, 0, rest.length);
                next = Block.of(ByteBuffer.wrap(rest));
            }
            target.hold(next);
        }
    }
}
