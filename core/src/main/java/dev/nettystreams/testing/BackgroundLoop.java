package dev.nettystreams.testing;

import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.LoopThreads;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An event loop on a daemon thread of its own, in real time.
 *
 * <p>A task that throws shows a defect in the code under test: {@link #close} throws the first such failure.
 *
 * <p>Any thread may call any method.
 */
public final class BackgroundLoop implements Loop, AutoCloseable {
    private static final AtomicLong COUNTER = new AtomicLong();
    private static final int CLOSE_SECONDS = 5;

    private final ScheduledThreadPoolExecutor executor;
    private final Map<Object, Runnable> atEnd = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Throwable> firstFailure = new AtomicReference<>();
    private volatile @Nullable Thread thread;
    private volatile boolean hasEnded;

    /** Creates a loop; its thread starts with the first task. */
    public BackgroundLoop() {
        executor = new ScheduledThreadPoolExecutor(1, this::newThread) {
            @Override
            protected void terminated() {
                hasEnded = true;
                runAtEnd();
            }
        };
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public boolean isCurrent() {
        return Thread.currentThread().equals(thread);
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(() -> runOnLoop(task));
    }

    @Override
    public Timer schedule(Runnable task, long delayNanos, Runnable ifDropped) {
        Object dropped = new Object();
        atEnd.put(dropped, ifDropped);
        Runnable unlessDropped = () -> {
            if (atEnd.remove(dropped) != null) {
                runOnLoop(task);
            }
        };
        ScheduledFuture<?> scheduled;
        try {
            scheduled = executor.schedule(unlessDropped, delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            atEnd.remove(dropped);
            throw e;
        }
        return () -> {
            if (atEnd.remove(dropped) != null) {
                scheduled.cancel(false);
            }
        };
    }

    @Override
    public boolean isEnding() {
        return executor.isShutdown();
    }

    @Override
    public void afterEnd(Runnable action) {
        atEnd.put(new Object(), action);
        if (hasEnded) {
            runAtEnd();
        }
    }

    private void runAtEnd() {
        for (Object key : List.copyOf(atEnd.keySet())) {
            Runnable action = atEnd.remove(key);
            if (action != null) {
                run(action);
            }
        }
    }

    /**
     * Ends the loop: it accepts no more tasks, runs those that it has accepted, and drops the timers that are not due,
     * which their submitters are told. Waits up to 5 s for the tasks, unless a task of this loop is the caller.
     *
     * @throws IllegalStateException if a task has thrown; the cause is the exception of the first such task
     */
    @Override
    public void close() {
        executor.shutdown();
        if (!isCurrent()) {
            waitForEnd();
        }
        Throwable failure = firstFailure.get();
        if (failure != null) {
            throw new IllegalStateException("a task of the loop threw", failure);
        }
    }

    private void waitForEnd() {
        try {
            executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS); // afterwards a daemon thread goes on
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Thread newThread(Runnable work) {
        Thread created = new Thread(work, "background-loop-" + COUNTER.incrementAndGet());
        created.setDaemon(true);
        thread = created;
        return created;
    }

    private void runOnLoop(Runnable task) {
        LoopThreads.mark(this);
        run(task);
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) { // kept for close()
            firstFailure.compareAndSet(null, e);
        }
    }
}
