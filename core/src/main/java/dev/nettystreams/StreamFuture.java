package dev.nettystreams;

import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.LoopThreads;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A future whose deadline, when one is set on an event loop or on a thread that a loop carries, is kept by that loop. The JDK before Java 25 keeps
 * all deadlines of a process in one queue with one lock: a task on a loop would park in line for it, the loop's own thread would call a deadline
 * off and stand behind that task, and neither would ever get on.
 *
 * <p>What is derived from it is of the same kind. Any thread.
 */
class StreamFuture<T extends @Nullable Object> extends CompletableFuture<T> {

    @Override
    public final CompletableFuture<T> orTimeout(long timeout, TimeUnit unit) {
        if (!isKeptByLoop(timeout, unit, () -> completeExceptionally(new TimeoutException()))) {
            super.orTimeout(timeout, unit);
        }
        return this;
    }

    @Override
    public final CompletableFuture<T> completeOnTimeout(T value, long timeout, TimeUnit unit) {
        if (!isKeptByLoop(timeout, unit, () -> complete(value))) {
            super.completeOnTimeout(value, timeout, unit);
        }
        return this;
    }

    /** Whether there is nothing more to do: the caller's loop will act, or this is done. */
    private boolean isKeptByLoop(long timeout, TimeUnit unit, Runnable action) {
        Objects.requireNonNull(unit, "unit");
        if (isDone()) {
            return true;
        }
        Loop loop = loopOfCaller();
        if (loop == null || loop.isEnding()) {
            return false;
        }
        Loop.Timer timer;
        try {
            timer = loop.schedule(action, unit.toNanos(timeout));
        } catch (RejectedExecutionException e) {
            return false;
        }
        CompletionStage<T> self = this;
        self.whenComplete((value, failure) -> timer.cancel());
        return true;
    }

    private static @Nullable Loop loopOfCaller() {
        LoopCarrier carrier = LoopCarrier.ofCaller();
        if (carrier != null) {
            return carrier.isOrphaned() ? null : carrier.loop;
        }
        return LoopThreads.current();
    }

    @Override
    public final <U> CompletableFuture<U> newIncompleteFuture() {
        return new StreamFuture<>();
    }
}
