package dev.nettystreams.netty;

import dev.nettystreams.netty.support.BlockingPairs;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.StreamsPerBackend;
import dev.nettystreams.support.ConformanceTests;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The conformance suite over streams that block. */
@ExtendWith(NoLeaks.class)
class BlockingConformanceTest {
    @RegisterExtension
    static final StreamsPerBackend STREAMS = new StreamsPerBackend(NettyStreams::create);

    @TestFactory
    Stream<DynamicContainer> contract() {
        return ConformanceTests.overEach(
                BlockingPairs.all(), pairs -> pairs.source(() -> STREAMS.over(IoBackend.best())));
    }
}
