package dev.nettystreams.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.nettystreams.StreamLimits;
import dev.nettystreams.spi.Transport;
import dev.nettystreams.spi.TransportEvents;
import dev.nettystreams.support.ConformanceTests;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The conformance suite over memory, with large and with hostile chunks. */
class MemoryConformanceTest {
    private static final int CONCURRENT_ROUNDS = Integer.getInteger("conformance.rounds", 10);

    private final BackgroundLoop nearLoop = new BackgroundLoop();
    private final BackgroundLoop farLoop = new BackgroundLoop();

    @AfterEach
    void stop() {
        nearLoop.close();
        farLoop.close();
    }

    @TestFactory
    Stream<DynamicTest> memory() {
        return ConformanceTests.over(source(nearLoop, farLoop, MemoryOptions.DEFAULT, 16 << 20));
    }

    @TestFactory
    Stream<DynamicTest> memory_behindForwardingTransports() {
        MemoryOptions options =
                MemoryOptions.DEFAULT.withNearTransport(ForwardingBoth::new).withFarTransport(ForwardingBoth::new);
        return ConformanceTests.over(source(nearLoop, farLoop, options, 1 << 20));
    }

    /** Forwards calls and events. */
    private static final class ForwardingBoth extends ForwardingTransport {
        ForwardingBoth(Transport target) {
            super(target);
        }

        @Override
        public void start(TransportEvents events, int highMarkBytes, int lowMarkBytes) {
            super.start(new ForwardingEvents(events), highMarkBytes, lowMarkBytes);
        }
    }

    @TestFactory
    Stream<DynamicTest> memory_onOneLoop() {
        return ConformanceTests.over(source(nearLoop, nearLoop, MemoryOptions.DEFAULT, 16 << 20));
    }

    @TestFactory
    Stream<DynamicTest> memory_oneByteAtATime() {
        return ConformanceTests.over(source(nearLoop, farLoop, MemoryOptions.DEFAULT.withChunks(1), 1 << 18));
    }

    @TestFactory
    Stream<DynamicTest> memory_narrowWire() {
        return ConformanceTests.over(source(nearLoop, farLoop, MemoryOptions.DEFAULT.withCapacity(251), 1 << 20));
    }

    @TestFactory
    Stream<DynamicTest> memory_withoutHalfClose() {
        return ConformanceTests.over(source(nearLoop, farLoop, MemoryOptions.DEFAULT.withoutHalfClose(), 4 << 20));
    }

    @TestFactory
    Stream<DynamicTest> concurrentChecks_manyRounds() {
        PairSource source = source(nearLoop, farLoop, MemoryOptions.DEFAULT.withChunks(100), 1 << 20);
        return StreamChecks.concurrent(source).stream()
                .map(check -> dynamicTest(check.name(), () -> {
                    for (int round = 0; round < CONCURRENT_ROUNDS; round++) {
                        check.run();
                    }
                }));
    }

    @Test
    void checkNames_areDistinct() {
        List<String> names = StreamChecks.all(limits -> {
                    throw new IllegalStateException("not connected here");
                })
                .stream()
                .map(StreamCheck::name)
                .toList();
        assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThan(35);
    }

    private static PairSource source(
            BackgroundLoop near, BackgroundLoop far, MemoryOptions options, int bulkByteCount) {
        return new PairSource() {
            @Override
            public StreamPair connect(StreamLimits limits) {
                return MemoryStreams.pair(near, far, limits, options).streams();
            }

            @Override
            public boolean canHalfClose() {
                return options.canWriteEof();
            }

            @Override
            public int bulkByteCount() {
                return bulkByteCount;
            }
        };
    }
}
