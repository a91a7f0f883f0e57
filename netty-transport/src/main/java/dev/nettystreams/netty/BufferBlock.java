package dev.nettystreams.netty;

import dev.nettystreams.spi.Block;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/** A Netty buffer as a block, which owns one reference. */
record BufferBlock(ByteBuf buffer) implements Block {
    @Override
    public int byteCount() {
        return buffer.readableBytes();
    }

    @Override
    public ByteBuffer bytes() {
        return buffer.nioBuffer();
    }

    @Override
    public void release() {
        buffer.release();
    }
}
