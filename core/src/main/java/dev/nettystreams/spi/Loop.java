package dev.nettystreams.spi;

import java.util.concurrent.Executor;

/**
 * The one thread that a connection's state is confined to.
 *
 * <p>Tasks run one at a time, in the order in which they were submitted, and never inside {@link #execute}. What one task
 * wrote the next one sees, also when the loop changes its carrier thread.
 */
public interface Loop extends Executor {
    /**
     * Whether the caller runs on this loop.
     *
     * @return true if loop-confined state may be touched
     */
    boolean isCurrent();

    /**
     * Submits a task; it runs later, even if the caller is on this loop.
     *
     * @param task what to run
     * @throws java.util.concurrent.RejectedExecutionException if the loop has ended and will run nothing any more
     */
    @Override
    void execute(Runnable task);

    /**
     * Submits a task to run once after a delay.
     *
     * @param task what to run
     * @param delayNanos how long to wait, in nanoseconds; zero or less means as soon as possible
     * @return a handle to call it off
     * @throws java.util.concurrent.RejectedExecutionException if the loop has ended and will run nothing any more
     */
    Timer schedule(Runnable task, long delayNanos);

    /** A task that was scheduled and may be called off. */
    @FunctionalInterface
    interface Timer {
        /** Calls the task off; without effect when it has run or was called off before. */
        void cancel();
    }
}
