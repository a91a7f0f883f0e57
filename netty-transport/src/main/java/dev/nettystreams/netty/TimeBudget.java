package dev.nettystreams.netty;

import dev.nettystreams.spi.Timeouts;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One timeout for several waits together. When it has expired, or the thread is interrupted (it stays interrupted),
 * waits return at once, and the awaited event may not have happened.
 */
final class TimeBudget {
    private final long startNanos = System.nanoTime();
    private final long durationNanos;

    private TimeBudget(long durationNanos) {
        this.durationNanos = durationNanos;
    }

    static TimeBudget of(Duration duration) {
        return new TimeBudget(Math.max(0, Timeouts.saturatedNanos(duration)));
    }

    /** Returns the remaining time; zero or less when it has expired. */
    long leftNanos() {
        return durationNanos - (System.nanoTime() - startNanos);
    }

    void await(Future<?> event) {
        try {
            event.await(leftNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void await(CompletableFuture<?> event) {
        try {
            event.get(leftNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // it has happened, or the timeout has expired
        }
    }
}
