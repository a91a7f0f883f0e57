package dev.nettystreams.spi;

import java.nio.ByteBuffer;

/**
 * Received bytes while they still lie in the transport's memory. Taking bytes moves it forward. Valid during the call that
 * it was passed to, and no longer: what it lends goes back to the transport afterwards.
 *
 * <p>An interface and not a {@code ByteBuffer}, because making one of the latter for every segment costs more than copying
 * a small segment does, and because a transport that recognizes its own chunk in {@link Transport#write(Chunk)} need not
 * copy at all.
 */
public interface Chunk {
    /**
     * How many bytes have not been taken yet.
     *
     * @return the number of bytes, zero or more
     */
    int remaining();

    /**
     * Takes bytes.
     *
     * @param target where to put them
     * @param offset index of the first byte in {@code target}
     * @param byteCount how many, at most {@link #remaining()}
     */
    void take(byte[] target, int offset, int byteCount);

    /**
     * Takes as many bytes as {@code target} has room for, which must be at most {@link #remaining()}, and moves its position.
     *
     * @param target where to put them
     */
    void take(ByteBuffer target);

    /**
     * Drops bytes without looking at them.
     *
     * @param byteCount how many, at most {@link #remaining()}
     */
    void skip(int byteCount);
}
