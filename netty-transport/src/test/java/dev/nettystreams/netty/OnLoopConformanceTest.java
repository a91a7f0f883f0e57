package dev.nettystreams.netty;

import static org.assertj.core.api.Assumptions.assumeThat;

import dev.nettystreams.Await;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.StreamsPerBackend;
import dev.nettystreams.netty.support.Wire;
import dev.nettystreams.netty.support.WirePairs;
import dev.nettystreams.support.ConformanceTests;
import dev.nettystreams.testing.StreamCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The conformance suite, for a program that runs and waits on the event loop of its own connections. */
@ExtendWith(NoLeaks.class)
class OnLoopConformanceTest {
    @RegisterExtension
    static final StreamsPerBackend STREAMS = new StreamsPerBackend(backend -> NettyStreams.create(backend, 1));

    private static final List<StreamConnection> HOSTS = new ArrayList<>();

    @BeforeAll
    static void needsTheOption() {
        assumeThat(Await.isOnEventLoopAvailable()).as("await on the event loop").isTrue();
    }

    @AfterAll
    static void forgetHosts() {
        HOSTS.clear();
    }

    @TestFactory
    Stream<DynamicContainer> contract() {
        return ConformanceTests.overEach(
                Wire.all(), wire -> new WirePairs(wire, STREAMS), OnLoopConformanceTest::runOnLoop);
    }

    private static void runOnLoop(Wire wire, StreamCheck check) throws Exception {
        StreamConnection host = wire.pair(STREAMS.over(wire.backend())).client();
        HOSTS.add(host);
        Wire.get(Await.onEventLoop(host, () -> {
            check.run();
            return null;
        }));
    }
}
