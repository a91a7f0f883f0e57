package dev.nettystreams.spi;

import java.nio.ByteBuffer;

/**
 * Received bytes in the transport's memory. Taking bytes advances the chunk. A chunk is valid only during the call that
 * passes it; afterwards the transport reuses its memory.
 *
 * <p>This is an interface and not a {@code ByteBuffer} for two reasons: creating a {@code ByteBuffer} for every segment
 * costs more than copying a small segment, and a transport that recognizes its own chunk in
 * {@link Transport#write(Chunk)} need not copy the bytes at all.
 */
public interface Chunk {
    /**
     * Returns the number of bytes that have not been taken yet.
     *
     * @return the number of bytes, zero or more
     */
    int remaining();

    /**
     * Takes bytes into an array.
     *
     * @param target the array to copy the bytes to
     * @param offset the index of the first byte in {@code target}
     * @param byteCount the number of bytes, at most {@link #remaining()}
     */
    void take(byte[] target, int offset, int byteCount);

    /**
     * Takes as many bytes as {@code target} has remaining, which must be at most {@link #remaining()}, and advances its
     * position.
     *
     * @param target the buffer to copy the bytes to
     */
    void take(ByteBuffer target);

    /**
     * Discards bytes.
     *
     * @param byteCount the number of bytes, at most {@link #remaining()}
     */
    void skip(int byteCount);

    /**
     * Takes bytes with their memory, which stays valid until the block is released.
     *
     * @param byteCount the number of bytes, at most {@link #remaining()}
     * @return a block that the caller owns; the default is a copy on the heap
     */
    default Block takeBlock(int byteCount) {
        byte[] copy = new byte[byteCount];
        take(copy, 0, byteCount);
        return Block.of(ByteBuffer.wrap(copy));
    }
}
