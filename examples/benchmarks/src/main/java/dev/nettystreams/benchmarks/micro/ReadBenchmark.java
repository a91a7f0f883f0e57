package dev.nettystreams.benchmarks.micro;

import static java.nio.charset.StandardCharsets.US_ASCII;

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

/** Reads from a buffer that holds the bytes already. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReadBenchmark {
    /** The size of what one read returns. */
    @Param({"16", "256"})
    int byteCount;

    private byte[] lines = {};

    private final TurnedStreams streams = new TurnedStreams();

    /** Creates a benchmark. */
    public ReadBenchmark() {}

    /** Prepares the input of one call. */
    @Setup
    public void prepare() {
        lines = ("x".repeat(byteCount - 1) + "\n").repeat(TurnedStreams.BATCH).getBytes(US_ASCII);
    }

    /**
     * Reads lines.
     *
     * @return the number of bytes
     * @throws Exception never
     */
    @Benchmark
    @OperationsPerInvocation(TurnedStreams.BATCH)
    public long readLine() throws Exception {
        streams.feed(lines);
        long sum = 0;
        for (int i = 0; i < TurnedStreams.BATCH; i++) {
            sum += streams.complete(() -> streams.reader().readLine()).length;
        }
        return sum;
    }

    /**
     * Reads blocks of a known size.
     *
     * @return the number of bytes
     * @throws Exception never
     */
    @Benchmark
    @OperationsPerInvocation(TurnedStreams.BATCH)
    public long readExactly() throws Exception {
        streams.feed(lines);
        long sum = 0;
        for (int i = 0; i < TurnedStreams.BATCH; i++) {
            sum += streams.complete(() -> streams.reader().readExactly(byteCount)).length;
        }
        return sum;
    }
}
