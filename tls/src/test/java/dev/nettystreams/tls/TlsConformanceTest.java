package dev.nettystreams.tls;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.nettystreams.StreamLimits;
import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.testing.PairSource;
import dev.nettystreams.testing.StreamChecks;
import dev.nettystreams.testing.StreamPair;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** The conformance suite under TLS: on both engines, over TCP and Unix sockets, on every backend of this machine. */
@ExtendWith(NoLeaks.class)
class TlsConformanceTest {
    private static final Map<IoBackend, NettyStreams> STREAMS = new EnumMap<>(IoBackend.class);

    private record SecurePairs(TlsWire wire) implements PairSource {
        @Override
        public StreamPair connect(StreamLimits limits) throws Exception {
            NettyStreams streams = STREAMS.computeIfAbsent(wire.backend(), NettyStreams::create);
            TlsWire.Pair pair = wire.securePair(streams.withLimits(limits));
            return new StreamPair(pair.client(), pair.server());
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

    @AfterAll
    static void close() {
        STREAMS.values().forEach(NettyStreams::close);
        STREAMS.clear();
    }

    @TestFactory
    Stream<DynamicContainer> contract() {
        return TlsWire.all()
                .map(wire -> dynamicContainer(
                        wire.toString(),
                        StreamChecks.all(new SecurePairs(wire)).stream()
                                .map(check -> dynamicTest(check.name(), check::run))));
    }
}
