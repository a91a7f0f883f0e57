package dev.nettystreams.netty;

import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.StreamsPerBackend;
import dev.nettystreams.netty.support.Wire;
import dev.nettystreams.netty.support.WirePairs;
import dev.nettystreams.support.ConformanceTests;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The conformance suite over TCP and Unix sockets, on every backend of this machine. */
@ExtendWith(NoLeaks.class)
class WireConformanceTest {
    @RegisterExtension
    static final StreamsPerBackend STREAMS = new StreamsPerBackend(NettyStreams::create);

    @TestFactory
    Stream<DynamicContainer> contract() {
        return ConformanceTests.overEach(Wire.all(), wire -> new WirePairs(wire, STREAMS));
    }
}
