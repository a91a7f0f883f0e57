package dev.nettystreams.netty;

import dev.nettystreams.spi.Chunk;
import java.nio.ByteBuffer;
import java.util.Objects;

/** The bytes that one blocking read has left in an array. Valid while the streams are told of them; on the loop. */
final class BlockChunk implements Chunk {
    private final byte[] block;
    private final int limit;
    private int position;

    BlockChunk(byte[] block, int byteCount) {
        this.block = block;
        this.limit = byteCount;
    }

    @Override
    public int remaining() {
        return limit - position;
    }

    @Override
    public void take(byte[] target, int offset, int byteCount) {
        System.arraycopy(block, advance(byteCount), target, offset, byteCount);
    }

    @Override
    public void take(ByteBuffer target) {
        int byteCount = target.remaining();
        target.put(block, advance(byteCount), byteCount);
    }

    @Override
    public void skip(int byteCount) {
        advance(byteCount);
    }

    private int advance(int byteCount) {
        int from = position;
        Objects.checkFromIndexSize(from, byteCount, limit);
        position = from + byteCount;
        return from;
    }
}
