package dev.nettystreams.netty;

import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.nettystreams.Await;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.testing.PairSource;
import dev.nettystreams.testing.StreamCheck;
import dev.nettystreams.testing.StreamChecks;
import dev.nettystreams.testing.StreamPair;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** The conformance suite, for a program that runs and waits on the event loop of its own connections. */
@ExtendWith(NoLeaks.class)
class OnLoopConformanceTest {
    private static final Map<IoBackend, NettyStreams> STREAMS = new EnumMap<>(IoBackend.class);
    private static final List<StreamConnection> HOSTS = new ArrayList<>();

    private record WirePairs(Wire wire) implements PairSource {
        @Override
        public StreamPair connect(StreamLimits limits) throws Exception {
            Wire.Pair pair = wire.pair(streams(wire).withLimits(limits));
            return new StreamPair(pair.client(), pair.server());
        }

        @Override
        public boolean signalsAbort() {
            return !wire.isUnix();
        }
    }

    private static NettyStreams streams(Wire wire) {
        return STREAMS.computeIfAbsent(wire.backend(), backend -> NettyStreams.create(backend, 1));
    }

    @BeforeAll
    static void needsTheOption() {
        assumeThat(Await.isOnEventLoopAvailable()).as("await on the event loop").isTrue();
    }

    @AfterAll
    static void close() {
        STREAMS.values().forEach(NettyStreams::close);
        STREAMS.clear();
        HOSTS.clear();
    }

    @TestFactory
    Stream<DynamicContainer> contract() {
        return Wire.all()
                .map(wire -> dynamicContainer(
                        wire.toString(),
                        StreamChecks.all(new WirePairs(wire)).stream()
                                .map(check -> dynamicTest(check.name(), () -> runOnLoop(wire, check)))));
    }

    private static void runOnLoop(Wire wire, StreamCheck check) throws Exception {
        StreamConnection host = wire.pair(streams(wire)).client();
        HOSTS.add(host);
        Wire.get(Await.onEventLoop(host, () -> {
            check.run();
            return null;
        }));
    }
}
