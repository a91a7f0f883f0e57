package dev.nettystreams.carrier;

import dev.nettystreams.spi.Block;

/**
 * The output of a connection: receives the bytes that a carried thread wrote before it parked. Called on the loop's own
 * thread.
 */
public interface Outgoing {
    /** Sends the first {@code byteCount} bytes of an array, which the caller may reuse afterwards. */
    void deliver(byte[] source, int byteCount);

    /** Copies bytes into memory that can be sent without another copy. Called on a carried thread, too. */
    Block copyOf(byte[] source, int offset, int byteCount);

    /** Sends a block, and takes it over. */
    void deliver(Block source);
}
