package dev.nettystreams.spi;

import java.nio.ByteBuffer;

/** A block in memory that is nobody else's. */
record OwnBlock(ByteBuffer source) implements Block {
    static OwnBlock copyOf(ByteBuffer source) {
        byte[] copy = new byte[source.remaining()];
        source.get(copy);
        return new OwnBlock(ByteBuffer.wrap(copy));
    }

    @Override
    public int byteCount() {
        return source.remaining();
    }

    @Override
    public ByteBuffer bytes() {
        return source.duplicate();
    }

    @Override
    public void release() {} // the garbage collector's
}
