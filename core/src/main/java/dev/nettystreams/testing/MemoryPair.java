package dev.nettystreams.testing;

import dev.nettystreams.StreamConnection;

/**
 * Two in-memory connections that are each other's peers, and the two wires between them.
 *
 * @param near one end
 * @param far the other end
 * @param toFar carries the bytes that {@code near} writes
 * @param toNear carries the bytes that {@code far} writes
 */
public record MemoryPair(StreamConnection near, StreamConnection far, MemoryWire toFar, MemoryWire toNear) {
    /**
     * Returns the connections without the wires.
     *
     * @return both ends
     */
    public StreamPair streams() {
        return new StreamPair(near, far);
    }
}
