package dev.nettystreams.testing;

import dev.nettystreams.spi.Chunk;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A chunk that is valid for one call. Later use throws, and its memory is overwritten, so that code which kept a
 * reference reads garbage.
 */
final class MemoryChunk implements Chunk {
    private static final byte RUBBISH = (byte) 0xA5;

    private final byte[] memory;
    private final int limit;
    private int position;
    private boolean isExpired;

    MemoryChunk(byte[] memory, int byteCount) {
        this.memory = memory;
        this.limit = byteCount;
    }

    @Override
    public int remaining() {
        refuseIfExpired();
        return limit - position;
    }

    @Override
    public void take(byte[] target, int offset, int byteCount) {
        System.arraycopy(memory, advance(byteCount), target, offset, byteCount);
    }

    @Override
    public void take(ByteBuffer target) {
        int byteCount = target.remaining();
        target.put(memory, advance(byteCount), byteCount);
    }

    @Override
    public void skip(int byteCount) {
        advance(byteCount);
    }

    void expire() {
        isExpired = true;
        for (int i = 0; i < limit; i++) {
            memory[i] = RUBBISH;
        }
    }

    private int advance(int byteCount) {
        refuseIfExpired();
        int from = position;
        Objects.checkFromIndexSize(from, byteCount, limit);
        position = from + byteCount;
        return from;
    }

    private void refuseIfExpired() {
        if (isExpired) {
            throw new IllegalStateException("a chunk was used after the call that lent it");
        }
    }
}
