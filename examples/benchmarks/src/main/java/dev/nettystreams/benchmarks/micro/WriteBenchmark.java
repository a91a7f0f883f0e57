package dev.nettystreams.benchmarks.micro;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Writes, each followed by a drain; the other end then takes everything in one read. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class WriteBenchmark {
    /** The size of one write. */
    @Param({"16", "256"})
    int byteCount;

    private byte[] bytes = {};

    private final TurnedStreams streams = new TurnedStreams();

    /** Creates a benchmark. */
    public WriteBenchmark() {}

    /** Prepares the bytes. */
    @Setup
    public void prepare() {
        bytes = new byte[byteCount];
    }

    /**
     * Writes and drains.
     *
     * @return the number of bytes at the other end
     * @throws Exception never
     */
    @Benchmark
    @OperationsPerInvocation(TurnedStreams.BATCH)
    public int writeAndDrain() throws Exception {
        for (int i = 0; i < TurnedStreams.BATCH; i++) {
            streams.complete(() -> {
                streams.writer().write(bytes);
                return streams.writer().drain();
            });
        }
        streams.loop.runReady();
        return streams.complete(() -> streams.reader().readExactly(byteCount * TurnedStreams.BATCH)).length;
    }
}
