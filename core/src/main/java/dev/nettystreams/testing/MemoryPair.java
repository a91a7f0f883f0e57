package dev.nettystreams.testing;

import dev.nettystreams.StreamConnection;

/**
 * Two connections in memory, each the other's peer, and the two wires between them.
 *
 * @param near one end
 * @param far the other end
 * @param toFar what carries the bytes that {@code near} writes
 * @param toNear what carries the bytes that {@code far} writes
 */
public record MemoryPair(StreamConnection near, StreamConnection far, MemoryWire toFar, MemoryWire toNear) {
    /**
     * The connections without the wires.
     *
     * @return both ends
     */
    public StreamPair streams() {
        return new StreamPair(near, far);
    }
}
