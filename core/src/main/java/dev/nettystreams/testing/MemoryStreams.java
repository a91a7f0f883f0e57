package dev.nettystreams.testing;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.spi.Loop;

/**
 * Connected pairs of streams in memory, which keep the transport's contract to the letter and go wrong when they are told to.
 *
 * <p>{@link MemoryOptions} says what the pair is like; {@link MemoryWire} stalls, cuts and counts while it is in use.
 */
public final class MemoryStreams {
    private MemoryStreams() {}

    /**
     * A pair that behaves.
     *
     * @param loop the loop of both ends
     * @return both ends, connected
     */
    public static MemoryPair pair(Loop loop) {
        return pair(loop, StreamLimits.DEFAULT, MemoryOptions.DEFAULT);
    }

    /**
     * A pair on one loop.
     *
     * @param loop the loop of both ends
     * @param limits the limits of both ends
     * @param options what the pair is like
     * @return both ends, connected
     */
    public static MemoryPair pair(Loop loop, StreamLimits limits, MemoryOptions options) {
        return pair(loop, loop, limits, options);
    }

    /**
     * A pair on two loops.
     *
     * @param nearLoop the loop of one end
     * @param farLoop the loop of the other end
     * @param limits the limits of both ends
     * @param options what the pair is like
     * @return both ends, connected
     */
    public static MemoryPair pair(Loop nearLoop, Loop farLoop, StreamLimits limits, MemoryOptions options) {
        MemoryWire toFar = new MemoryWire(options.capacityBytes());
        MemoryWire toNear = toFar.newReverse();
        return new MemoryPair(
                StreamConnection.over(new MemoryTransport(nearLoop, toFar, toNear, options), limits),
                StreamConnection.over(new MemoryTransport(farLoop, toNear, toFar, options), limits),
                toFar,
                toNear);
    }
}
