package dev.nettystreams.netty.support;

import dev.nettystreams.StreamLimits;
import dev.nettystreams.testing.PairSource;
import dev.nettystreams.testing.StreamPair;

/** Connections over a wire, in clear, for the conformance suite. */
public record WirePairs(Wire wire, StreamsPerBackend streams) implements PairSource {
    @Override
    public StreamPair connect(StreamLimits limits) throws Exception {
        return wire.pair(streams.over(wire.backend()).withLimits(limits)).toStreamPair();
    }

    @Override
    public boolean signalsAbort() {
        return !wire.isUnix();
    }
}
