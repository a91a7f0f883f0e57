package dev.nettystreams.benchmarks.micro;

import dev.nettystreams.testing.MemoryPair;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Moves bytes from one connection into another one of the same loop. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RelayBenchmark {
    /** The bytes under way at a time. */
    @Param({"64", "32768"})
    int byteCount;

    private @Nullable MemoryPair onward;
    private byte[] bytes = {};

    private final TurnedStreams streams = new TurnedStreams();

    /** Creates a benchmark. */
    public RelayBenchmark() {}

    /**
     * Starts the relay.
     */
    @Setup
    public void start() {
        bytes = new byte[byteCount];
        MemoryPair next = streams.newPair();
        onward = next;
        streams.loop.run(() -> streams.reader().relayTo(next.near().writer()));
        streams.loop.runReady();
    }

    /**
     * Relays a block.
     *
     * @return its size at the end
     * @throws Exception never
     */
    @Benchmark
    public int relay() throws Exception {
        streams.feed(bytes);
        MemoryPair next = Objects.requireNonNull(onward);
        return streams.complete(() -> next.far().reader().readExactly(byteCount)).length;
    }
}
