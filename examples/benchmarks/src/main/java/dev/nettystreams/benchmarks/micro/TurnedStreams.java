package dev.nettystreams.benchmarks.micro;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryOptions;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** A pair of streams in memory, on a loop turned by hand: what the near end writes, the far end reads. */
final class TurnedStreams {
    private static final int CAPACITY_BYTES = 1 << 20;

    /** The operations in one call of a benchmark. */
    static final int BATCH = 128;

    final ManualLoop loop = new ManualLoop();
    private final MemoryPair pair = connected(loop);

    MemoryPair newPair() {
        return connected(loop);
    }

    private static MemoryPair connected(ManualLoop loop) {
        MemoryPair pair =
                MemoryStreams.pair(loop, StreamLimits.DEFAULT, MemoryOptions.DEFAULT.withCapacity(CAPACITY_BYTES));
        loop.runReady(); // both ends begin in a turn of their loop
        return pair;
    }

    StreamConnection far() {
        return pair.far();
    }

    StreamReader reader() {
        return pair.far().reader();
    }

    StreamWriter writer() {
        return pair.near().writer();
    }

    /** Writes bytes at the near end, and lets them arrive. */
    void feed(byte[] bytes) {
        loop.run(() -> writer().write(bytes));
        loop.runReady();
    }

    /** Calls an operation on the loop, and turns the loop until its future is complete. */
    <T> T complete(Callable<CompletableFuture<T>> operation) throws Exception {
        CompletableFuture<T> future = loop.call(operation);
        if (!future.isDone()) {
            loop.runReady();
        }
        if (!future.isDone()) {
            throw new IllegalStateException("the operation does not complete");
        }
        return future.join();
    }
}
