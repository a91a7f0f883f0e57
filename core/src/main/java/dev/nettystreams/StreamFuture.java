package dev.nettystreams;

import dev.nettystreams.carrier.Carrier;
import dev.nettystreams.spi.Loop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A future whose deadline, when a task on an event loop sets it, or the thread of a loop that has had tasks, is kept by that loop. The JDK before Java
 * 25 keeps all deadlines of a process in one queue with one lock: a task on a loop would park in line for it, the loop's own thread would call a
 * deadline off and stand behind that task, and neither would ever get on.
 *
 * <p>If that loop ends before, the rest of the time is kept elsewhere. What is derived from it is of the same kind. Any thread.
 */
class StreamFuture<T extends @Nullable Object> extends CompletableFuture<T> {

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

    /** @param elsewhere keeps what is left of the time where there is no loop, or none any more */
    private void keep(long timeoutNanos, Runnable action, LongConsumer elsewhere) {
        long nanos = Math.max(0, timeoutNanos); // a difference with less would overflow
        if (isDone()) {
            return;
        }
        Loop loop = Carrier.timersOfCaller();
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
        CompletionStage<T> self = this;
        self.whenComplete((value, failure) -> timer.cancel());
    }

    @Override
    public final <U> CompletableFuture<U> newIncompleteFuture() {
        return new StreamFuture<>();
    }
}
