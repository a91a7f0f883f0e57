package dev.nettystreams;

import dev.nettystreams.carrier.Carriers;
import dev.nettystreams.spi.Loop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A future whose {@code orTimeout} uses the time of its connection's loop if that loop {@linkplain Loop#hasOwnClock has
 * a clock of its own}. Otherwise it uses the calling event loop's timer if it is called from a task on a loop, or from
 * the thread of a loop that has run tasks. Before Java 25 the JDK keeps all timeouts of a process in one queue with one
 * lock, which leads to a deadlock here: a task on a loop parks in line for the lock, and the loop's own thread, which
 * cancels a timeout, waits behind that task.
 *
 * <p>If that loop ends first, the JDK's timer takes over the remaining time. Futures derived from this one are of the
 * same kind. Any thread.
 */
class StreamFuture<T extends @Nullable Object> extends CompletableFuture<T> {
    /** A future of a connection on a loop with a clock of its own. */
    private static final class Clocked<T extends @Nullable Object> extends StreamFuture<T> {
        private final Loop clock;

        Clocked(Loop clock) {
            this.clock = clock;
        }

        @Override
        Loop clock() {
            return clock;
        }
    }

    /** Returns a new future of a loop's connection. */
    static <T extends @Nullable Object> StreamFuture<T> of(@Nullable Loop loop) {
        return loop != null && loop.hasOwnClock() ? new Clocked<>(loop) : new StreamFuture<>();
    }

    /** Returns the loop of this future's connection if it has a clock of its own, else null. */
    @Nullable
    Loop clock() {
        return null;
    }

    @Override
    public final CompletableFuture<T> orTimeout(long timeout, TimeUnit unit) {
        keep(
                unit.toNanos(timeout),
                () -> completeExceptionally(new TimeoutException()),
                restNanos -> super.orTimeout(restNanos, TimeUnit.NANOSECONDS));
        return this;
    }

    @Override
    public final CompletableFuture<T> completeOnTimeout(T value, long timeout, TimeUnit unit) {
        keep(
                unit.toNanos(timeout),
                () -> complete(value),
                restNanos -> super.completeOnTimeout(value, restNanos, TimeUnit.NANOSECONDS));
        return this;
    }

    /** @param elsewhere keeps the remaining time if there is no loop, or no longer */
    private void keep(long timeoutNanos, Runnable action, LongConsumer elsewhere) {
        long nanos = Math.max(0, timeoutNanos); // a negative delay would overflow the difference below
        if (isDone()) {
            return;
        }
        Loop clock = clock();
        Loop loop = clock == null ? Carriers.timersOfCaller() : clock;
        if (loop == null || loop.isEnding()) {
            elsewhere.accept(nanos);
            return;
        }
        long begin = System.nanoTime();
        Loop.Timer timer;
        try {
            timer = loop.schedule(
                    action, nanos, () -> elsewhere.accept(Math.max(0, nanos - (System.nanoTime() - begin))));
        } catch (RejectedExecutionException e) {
            elsewhere.accept(nanos);
            return;
        }
        whenComplete((value, failure) -> timer.cancel());
    }

    @Override
    public final <U> CompletableFuture<U> newIncompleteFuture() {
        observed();
        return of(clock());
    }

    /** Called when a stage is derived, which will see the outcome. */
    void observed() {}
}
