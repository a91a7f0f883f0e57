package dev.nettystreams.benchmarks.micro;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.Await;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Waits for a future: one that is complete, and one for which a task on the event loop is suspended and resumed. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AwaitBenchmark {
    private static final CompletableFuture<Integer> COMPLETE = CompletableFuture.completedFuture(1);
    private static final byte[] LINE = "PING\n".getBytes(US_ASCII);

    /** Creates a benchmark. */
    public AwaitBenchmark() {}

    /**
     * Waits for nothing.
     *
     * @return the result
     * @throws Exception never
     */
    @Benchmark
    public int awaitComplete() throws Exception {
        return await(COMPLETE);
    }

    /** A task that reads lines for ever, on the loop of the streams. */
    @State(Scope.Thread)
    public static class SuspendedTask {
        private final TurnedStreams streams = new TurnedStreams();
        private long lineCount;
        private @Nullable CompletableFuture<Void> task;

        /** Creates a task that does not run yet. */
        public SuspendedTask() {}

        /**
         * Starts the task, which waits for its first line.
         *
         */
        @Setup(Level.Trial)
        public void start() {
            task = Await.onEventLoop(streams.far(), () -> {
                while (await(streams.reader().readLine()).length > 0) {
                    lineCount++;
                }
            });
            streams.loop.runReady();
        }

        /** Fails if the task did not run. */
        @TearDown(Level.Trial)
        public void check() {
            if (task != null && task.isDone()) {
                task.join();
            }
            if (lineCount == 0) {
                throw new IllegalStateException("the task read no line");
            }
        }
    }

    /**
     * Feeds a line at a time to a task that waits for it.
     *
     * @param task the task
     * @return the number of lines that it has read
     */
    @Benchmark
    @OperationsPerInvocation(TurnedStreams.BATCH)
    public long awaitSuspended(SuspendedTask task) {
        for (int i = 0; i < TurnedStreams.BATCH; i++) {
            task.streams.feed(LINE);
        }
        return task.lineCount;
    }
}
