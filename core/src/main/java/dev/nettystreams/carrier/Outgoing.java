package dev.nettystreams.carrier;

import java.nio.ByteBuffer;

/**
 * The output of a connection: receives the bytes that a carried thread wrote before it parked. Called on the loop's own
 * thread.
 */
public interface Outgoing {
    /** Sends the first {@code byteCount} bytes of an array, which the caller may reuse afterwards. */
    void deliver(byte[] source, int byteCount);

    /** Sends a buffer, which the caller must not touch afterwards. */
    void deliverOwned(ByteBuffer source);
}
