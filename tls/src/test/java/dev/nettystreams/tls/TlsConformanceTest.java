package dev.nettystreams.tls;

import dev.nettystreams.StreamLimits;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.StreamsPerBackend;
import dev.nettystreams.support.ConformanceTests;
import dev.nettystreams.testing.PairSource;
import dev.nettystreams.testing.StreamPair;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The conformance suite under TLS: on both engines, over TCP and Unix sockets, on every backend of this machine. */
@ExtendWith(NoLeaks.class)
class TlsConformanceTest {
    @RegisterExtension
    static final StreamsPerBackend STREAMS = new StreamsPerBackend(NettyStreams::create);

    private record SecurePairs(TlsWire wire) implements PairSource {
        @Override
        public StreamPair connect(StreamLimits limits) throws Exception {
            return wire.securePair(STREAMS.over(wire.backend()).withLimits(limits))
                    .toStreamPair();
        }

        @Override
        public boolean canHalfClose() {
            return wire.hasHalfClose("TLSv1.3");
        }

        @Override
        public boolean signalsAbort() {
            return !wire.isUnix();
        }
    }

    @TestFactory
    Stream<DynamicContainer> contract() {
        return ConformanceTests.overEach(TlsWire.all(), SecurePairs::new);
    }
}
