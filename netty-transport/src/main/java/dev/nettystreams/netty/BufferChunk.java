package dev.nettystreams.netty;

import dev.nettystreams.spi.Chunk;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Lends the readable bytes of a Netty buffer. One object serves all reads of a connection. Confined to the connection's
 * loop.
 */
final class BufferChunk implements Chunk {
    private @Nullable ReceiveBuffers source;
    private ByteBuf buffer = Unpooled.EMPTY_BUFFER;

    /** @param buffers notified if the memory is kept; may be null */
    void comesFrom(@Nullable ReceiveBuffers buffers) {
        source = buffers;
    }

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
        if (source != null) {
            source.passOn();
        }
        return buffer.readRetainedSlice(buffer.readableBytes());
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
