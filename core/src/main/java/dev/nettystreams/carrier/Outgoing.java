package dev.nettystreams.carrier;

import java.nio.ByteBuffer;

/** The way out of a connection, for bytes that a carried thread wrote before it parked. On the loop's own thread. */
public interface Outgoing {
    /** Sends the first {@code byteCount} bytes of an array that the caller uses again. */
    void deliver(byte[] source, int byteCount);

    /** Sends a buffer that is no one else's. */
    void deliverOwned(ByteBuffer source);
}
