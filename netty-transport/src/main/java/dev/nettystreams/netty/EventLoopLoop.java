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
 * A Netty event loop, as the streams see it.
 *
 * <p>A loop that has ended has no thread, and may leave connections behind that nobody can tell of it. One thread may then act in its
 * place ({@link #inPlaceOf}).
 */
record EventLoopLoop(EventExecutor executor) implements Loop {
    private static final ThreadLocal<@Nullable EventExecutor> ENDED = new ThreadLocal<>();

    /** Runs a task as if it were the loop's own. One thread at a time, and only when the loop has terminated. */
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
     * Netty runs tasks until there are none, or for a second, before it looks at its sockets again. What is submitted behind all of them comes
     * behind the sockets, too.
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
            task.run(); // the loop's very last turn
        }
    }

    /** Netty drops what is submitted between a loop's last look at its tasks and its end. */
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
