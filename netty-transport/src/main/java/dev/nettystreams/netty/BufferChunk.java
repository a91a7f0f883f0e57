package dev.nettystreams.netty;

import dev.nettystreams.spi.Block;
import dev.nettystreams.spi.Chunk;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/**
 * Lends the readable bytes of a Netty buffer. One object serves all reads of a connection. Confined to the connection's
 * loop.
 */
final class BufferChunk implements Chunk {
    private static final int SMALLEST_PART = 8;

    private ByteBuf buffer = Unpooled.EMPTY_BUFFER;

    BufferChunk lending(ByteBuf lent) {
        buffer = lent;
        return this;
    }

    void takeBack() {
        buffer = Unpooled.EMPTY_BUFFER;
    }

    /**
     * Returns the remaining bytes in their own memory, with a reference that the caller must release; empties the
     * chunk.
     */
    ByteBuf retainRest() {
        return buffer.readRetainedSlice(buffer.readableBytes());
    }

    /** A small part of a large buffer is copied, so that it does not keep the whole one. */
    @Override
    public Block takeBlock(int byteCount) {
        if (byteCount < buffer.capacity() / SMALLEST_PART) {
            return new BufferBlock(buffer.alloc()
                    .directBuffer(byteCount, Math.max(1, byteCount))
                    .writeBytes(buffer, byteCount));
        }
        return new BufferBlock(buffer.readRetainedSlice(byteCount));
    }

    /** Copies the remaining bytes; empties the chunk. */
    void takeInto(ByteBuf target) {
        target.writeBytes(buffer);
    }

    @Override
    public int remaining() {
        return buffer.readableBytes();
    }

    @Override
    public void take(byte[] target, int offset, int byteCount) {
        buffer.readBytes(target, offset, byteCount);
    }

    @Override
    public void take(ByteBuffer target) {
        buffer.readBytes(target);
    }

    @Override
    public void skip(int byteCount) {
        buffer.skipBytes(byteCount);
    }
}
