package dev.nettystreams.netty;

import dev.nettystreams.spi.Loop;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A Netty event loop as a {@link Loop} of the streams.
 *
 * <p>A loop that has ended has no thread, and may leave connections behind whose end no event reports. One thread may
 * then act in its place ({@link #inPlaceOf}).
 */
record NettyLoop(EventExecutor executor) implements Loop {
    private static final ThreadLocal<@Nullable EventExecutor> ENDED = new ThreadLocal<>();

    /**
     * Runs a task as if on the loop. Only one thread at a time may call this, and only after the loop has terminated.
     */
    static void inPlaceOf(EventExecutor ended, Runnable task) {
        ENDED.set(ended);
        try {
            task.run();
        } finally {
            ENDED.remove();
        }
    }

    @Override
    public boolean isCurrent() {
        return executor.inEventLoop() || (executor.isTerminated() && executor.equals(ENDED.get()));
    }

    @Override
    public void execute(Runnable task) {
        Backlog.execute(executor, task);
    }

    /**
     * Netty runs tasks until none is left, or for a second, before it serves its sockets again. A task submitted after
     * all others therefore also runs after the sockets.
     */
    @Override
    public void executeNextTurn(Runnable task) {
        if (executor instanceof SingleThreadEventLoop loop && loop.inEventLoop()) {
            try {
                loop.executeAfterEventLoopIteration(() -> executeOrRun(task));
                return;
            } catch (RejectedExecutionException e) {
                if (loop.isShutdown()) {
                    throw e;
                }
            }
        }
        execute(task);
    }

    private void executeOrRun(Runnable task) {
        try {
            execute(task);
        } catch (RejectedExecutionException e) {
            task.run(); // the last turn of the loop
        }
    }

    /** Netty drops tasks that are submitted between the last check of its queue and its end. */
    @Override
    public boolean isEnding() {
        return executor.isShutdown();
    }

    @Override
    public void afterEnd(Runnable action) {
        executor.terminationFuture().addListener(ended -> action.run());
    }

    @Override
    public Timer schedule(Runnable task, long delayNanos) {
        Future<?> scheduled = executor.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    /** A loop that begins to shut down cancels its timers. */
    @Override
    public Timer schedule(Runnable task, long delayNanos, Runnable ifDropped) {
        AtomicBoolean isCalledOff = new AtomicBoolean();
        ScheduledFuture<?> scheduled = executor.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
        scheduled.addListener(over -> {
            if (over.isCancelled() && !isCalledOff.get()) {
                ifDropped.run();
            }
        });
        return () -> {
            isCalledOff.set(true);
            scheduled.cancel(false);
        };
    }
}
