package dev.nettystreams.testing;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.spi.Loop;

/**
 * Connects pairs of in-memory streams, which keep the transport's contract to the letter and fail on demand.
 *
 * <p>{@link MemoryOptions} sets the properties of a pair; {@link MemoryWire} stalls, cuts and counts while the pair is
 * in use.
 */
public final class MemoryStreams {
    private MemoryStreams() {}

    /**
     * Connects a pair with the default limits and options.
     *
     * @param loop the loop of both ends
     * @return both ends, connected
     */
    public static MemoryPair pair(Loop loop) {
        return pair(loop, StreamLimits.DEFAULT, MemoryOptions.DEFAULT);
    }

    /**
     * Connects a pair on one loop.
     *
     * @param loop the loop of both ends
     * @param limits the limits of both ends
     * @param options the properties of the pair
     * @return both ends, connected
     */
    public static MemoryPair pair(Loop loop, StreamLimits limits, MemoryOptions options) {
        return pair(loop, loop, limits, options);
    }

    /**
     * Connects a pair on two loops.
     *
     * @param nearLoop the loop of the near end
     * @param farLoop the loop of the far end
     * @param limits the limits of both ends
     * @param options the properties of the pair
     * @return both ends, connected
     */
    public static MemoryPair pair(Loop nearLoop, Loop farLoop, StreamLimits limits, MemoryOptions options) {
        MemoryWire toFar = new MemoryWire(options.capacityBytes());
        MemoryWire toNear = toFar.newReverse();
        return new MemoryPair(
                StreamConnection.over(options.near(new MemoryTransport(nearLoop, toFar, toNear, options)), limits),
                StreamConnection.over(options.far(new MemoryTransport(farLoop, toNear, toFar, options)), limits),
                toFar,
                toNear);
    }
}
