package dev.nettystreams.benchmarks.load;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Sends requests at a fixed rate, in turn on all connections, whether or not replies have arrived, and takes each
 * latency from the time at which the request was due.
 *
 * <p>The event loop polls instead of sleeping, because a timer of the kernel is late by some 50 us. Its core is busy
 * for that reason alone, so its own delay is measured: the time from a request's due time to its write.
 */
public final class OpenLoop implements Drive {
    private static final long HIGHEST_NANOS = TimeUnit.MINUTES.toNanos(10);

    /** The time for replies after the last request; a reply that is missing then counts with the time until then. */
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final int MOST_IN_A_TURN = 64;

    private final LoadConnections owner;
    private final List<LoadConnection> connections;
    private final double intervalNanos;
    private final long requestCount;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private final Histogram latencies = new Histogram(HIGHEST_NANOS, 3);
    private final Histogram delays = new Histogram(HIGHEST_NANOS, 3);

    private long startNanos;
    private long sentCount;
    private long repliedCount;

    /**
     * The latencies of one run.
     *
     * @param latencies in nanoseconds, one for each request
     * @param delays in nanoseconds, how late the generator itself sent each request
     * @param unanswered the number of requests without a reply
     */
    public record Outcome(Histogram latencies, Histogram delays, long unanswered) {}

    private OpenLoop(LoadConnections owner, double ratePerSecond, Duration duration) {
        this.owner = owner;
        this.connections = owner.all();
        this.intervalNanos = 1e9 / ratePerSecond;
        this.requestCount = Math.max(1, (long) (duration.toNanos() / intervalNanos));
    }

    /**
     * Sends requests for some time.
     *
     * @param connections open connections without requests under way
     * @param ratePerSecond the rate over all connections
     * @param duration the time
     * @return the latencies
     * @throws IOException if a connection fails
     * @throws InterruptedException if this thread is interrupted
     */
    public static Outcome run(LoadConnections connections, double ratePerSecond, Duration duration)
            throws IOException, InterruptedException {
        OpenLoop run = new OpenLoop(connections, ratePerSecond, duration);
        return connections.run(run, run.outcome, run::begin, duration.plusNanos(DRAIN_NANOS));
    }

    private void begin() {
        startNanos = System.nanoTime();
        turn();
    }

    private long dueNanos(long request) {
        return startNanos + (long) (request * intervalNanos);
    }

    private void turn() {
        if (outcome.isDone()) {
            return;
        }
        long now = System.nanoTime();
        for (int i = 0; i < MOST_IN_A_TURN && sentCount < requestCount && dueNanos(sentCount) - now <= 0; i++) {
            delays.recordValue(Math.min(HIGHEST_NANOS, now - dueNanos(sentCount)));
            connections.get((int) (sentCount % connections.size())).send(1);
            sentCount++;
            now = System.nanoTime(); // the writes before this one delay it
        }
        if (sentCount == requestCount && now - dueNanos(requestCount) > DRAIN_NANOS) {
            end(now);
            return;
        }
        owner.loop().schedule(this::turn, 1, TimeUnit.NANOSECONDS); // after the sockets have had their turn
    }

    @Override
    public void replied(LoadConnection connection, int count) {
        long now = System.nanoTime();
        for (int i = 0; i < count; i++) {
            record(connection, now);
            connection.repliedCount++;
            repliedCount++;
        }
        if (repliedCount == requestCount) {
            end(now);
        }
    }

    /** The n-th reply of a connection answers its n-th request, and the requests go round the connections. */
    private void record(LoadConnection connection, long now) {
        long request = connection.index + connection.repliedCount * connections.size();
        latencies.recordValue(Math.max(0, Math.min(HIGHEST_NANOS, now - dueNanos(request))));
    }

    private void end(long now) {
        if (outcome.isDone()) {
            return;
        }
        for (LoadConnection connection : connections) {
            for (int i = connection.outstanding; i > 0; i--) {
                record(connection, now);
                connection.repliedCount++;
            }
        }
        outcome.complete(new Outcome(latencies, delays, requestCount - repliedCount));
    }

    @Override
    public void failed(Throwable failure) {
        outcome.completeExceptionally(failure);
    }
}
