package dev.nettystreams;

import dev.nettystreams.spi.Block;
import dev.nettystreams.spi.Chunk;
import java.nio.ByteBuffer;

/** Part of an array, as a chunk: one object for all arrivals, which allocates nothing. */
final class WindowChunk implements Chunk {
    private final byte[] bytes;
    private final Block whole;
    private int from;
    private int to;

    WindowChunk(byte[] bytes) {
        this.bytes = bytes;
        this.whole = Block.of(ByteBuffer.wrap(bytes));
    }

    /** Moves the window to other bytes of the array. */
    WindowChunk over(int offset, int byteCount) {
        from = offset;
        to = offset + byteCount;
        return this;
    }

    @Override
    public int remaining() {
        return to - from;
    }

    @Override
    public void take(byte[] target, int offset, int byteCount) {
        System.arraycopy(bytes, from, target, offset, byteCount);
        from += byteCount;
    }

    @Override
    public void take(ByteBuffer target) {
        int byteCount = target.remaining();
        target.put(bytes, from, byteCount);
        from += byteCount;
    }

    @Override
    public void skip(int byteCount) {
        from += byteCount;
    }

    /** Lends bytes without a copy; for all of them, the same block each time. */
    @Override
    public Block takeBlock(int byteCount) {
        Block block = byteCount == bytes.length
                ? whole
                : Block.of(ByteBuffer.wrap(bytes, from, byteCount).slice());
        skip(byteCount);
        return block;
    }
}
