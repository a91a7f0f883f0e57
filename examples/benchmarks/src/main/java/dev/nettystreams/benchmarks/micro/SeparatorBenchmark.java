package dev.nettystreams.benchmarks.micro;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.StreamLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Searches a record of 4 KiB for separators. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SeparatorBenchmark {
    private static final int RECORD_BYTES = 4096;

    /** The number of separators, of which the last one ends the record. */
    @Param({"1", "2", "8"})
    int separatorCount;

    /** Hostile text consists of the beginnings of all separators, so that each byte may begin one. */
    @Param({"ordinary", "hostile"})
    String text = "";

    private final List<byte[]> separators = new ArrayList<>();
    private byte[] input = {};

    private final TurnedStreams streams = new TurnedStreams();

    /** Creates a benchmark. */
    public SeparatorBenchmark() {}

    /** Prepares the record. */
    @Setup
    public void prepare() {
        boolean isHostile = text.equals("hostile");
        String prefix = isHostile ? "aaaaaaa" : "\r\n";
        separators.clear();
        for (int i = 0; i < separatorCount; i++) {
            separators.add((prefix + (char) ('0' + i)).getBytes(US_ASCII));
        }
        String filler = isHostile ? "a" : "x";
        String end = new String(separators.get(separatorCount - 1), US_ASCII);
        input = (filler.repeat(RECORD_BYTES - end.length()) + end).getBytes(US_ASCII);
    }

    /**
     * Reads one record.
     *
     * @return its size
     * @throws Exception never
     */
    @Benchmark
    public int readUntil() throws Exception {
        streams.feed(input);
        int limit = StreamLimits.DEFAULT.readLimitBytes();
        return streams.complete(() -> streams.reader().readUntil(separators, limit)).length;
    }
}
