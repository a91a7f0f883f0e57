package dev.nettystreams;

import dev.nettystreams.spi.Block;
import java.nio.ByteBuffer;

/** Memory of another party's, which counts how often it is given back; using it afterwards fails. */
final class CountedBlock implements Block {
    private final byte[] bytes;
    private int releaseCount;

    CountedBlock(int byteCount) {
        this(new byte[byteCount]);
    }

    CountedBlock(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public synchronized int byteCount() {
        return bytes.length;
    }

    @Override
    public synchronized ByteBuffer bytes() {
        if (releaseCount > 0) {
            throw new IllegalStateException("used after its release");
        }
        return ByteBuffer.wrap(bytes);
    }

    @Override
    public synchronized void release() {
        releaseCount++;
    }

    synchronized int releaseCount() {
        return releaseCount;
    }
}
