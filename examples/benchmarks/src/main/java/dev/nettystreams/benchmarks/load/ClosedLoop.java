package dev.nettystreams.benchmarks.load;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Keeps the same number of requests under way on each connection, and counts the replies. */
public final class ClosedLoop implements Drive {
    private final LoadConnections connections;
    private final int depth;
    private final long durationNanos;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    private long startNanos;
    private long operations;
    private long outstanding;

    /**
     * The operations of one run, each of which ended in it.
     *
     * @param operations the number of replies
     * @param nanos the time from the first request to the last reply
     */
    public record Outcome(long operations, long nanos) {}

    private ClosedLoop(LoadConnections connections, int depth, Duration duration) {
        this.connections = connections;
        this.depth = depth;
        this.durationNanos = duration.toNanos();
    }

    /**
     * Sends requests for some time, and then waits for the replies that are still to come.
     *
     * @param connections open connections without requests under way
     * @param depth the number of requests under way on each
     * @param duration the time in which requests are sent
     * @return the count and the time
     * @throws IOException if a connection fails, or replies are missing
     * @throws InterruptedException if this thread is interrupted
     */
    public static Outcome run(LoadConnections connections, int depth, Duration duration)
            throws IOException, InterruptedException {
        ClosedLoop run = new ClosedLoop(connections, depth, duration);
        return connections.run(run, run.outcome, run::begin, duration);
    }

    private void begin() {
        startNanos = System.nanoTime();
        outstanding = (long) depth * connections.all().size();
        connections.all().forEach(connection -> connection.send(depth));
    }

    @Override
    public void replied(LoadConnection connection, int count) {
        operations += count;
        long elapsed = System.nanoTime() - startNanos;
        if (elapsed < durationNanos) {
            connection.send(count);
            return;
        }
        outstanding -= count;
        if (outstanding == 0) {
            outcome.complete(new Outcome(operations, elapsed));
        }
    }

    @Override
    public void failed(Throwable failure) {
        outcome.completeExceptionally(failure);
    }
}
