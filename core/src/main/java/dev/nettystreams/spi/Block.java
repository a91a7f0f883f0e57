package dev.nettystreams.spi;

import java.nio.ByteBuffer;

/**
 * Bytes in memory that somebody lends, often a transport: received bytes, or bytes that a transport can send without
 * another copy. A block has one owner at any time, who releases it once, or passes it to
 * {@link Transport#write(Block)}.
 *
 * <p>The owner may be on any thread. Nobody changes the bytes.
 */
public interface Block {
    /**
     * Returns a block over memory of its own, which the caller must not change afterwards.
     *
     * @param bytes the buffer that holds the bytes between its position and limit
     * @return a block whose release has no effect
     */
    static Block of(ByteBuffer bytes) {
        return new OwnBlock(bytes);
    }

    /**
     * Returns the number of bytes.
     *
     * @return the number of bytes, zero or more
     */
    int byteCount();

    /**
     * Returns a view of the bytes, between its position and limit. It must not be used after the release.
     *
     * @return a buffer of the caller's, with its own position and limit
     */
    ByteBuffer bytes();

    /** Gives the memory back. Called once, by the owner, who must not touch the block afterwards. */
    void release();
}
