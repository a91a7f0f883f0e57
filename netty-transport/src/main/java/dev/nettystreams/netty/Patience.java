package dev.nettystreams.netty;

import dev.nettystreams.spi.Timeouts;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A time that several waits share: however many there are, together they take no longer. When it is over, or the thread is interrupted
 * (it stays so), waits return at once; what was waited for may then not have happened.
 */
final class Patience {
    private final long startNanos = System.nanoTime();
    private final long durationNanos;

    private Patience(long durationNanos) {
        this.durationNanos = durationNanos;
    }

    static Patience of(Duration duration) {
        return new Patience(Math.max(0, Timeouts.saturatedNanos(duration)));
    }

    /** Zero or less when it is over. */
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
            // it has happened, or it is too late
        }
    }
}
