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
     * @throws java.util.concurrent.RejectedExecutionException if the loop has ended, as {@link #isEnding} then says; never for want of room, which
     *     would leave a connection half closed
     */
    @Override
    void execute(Runnable task);

    /**
     * Submits a task to run when the loop has looked after its connections once more. A task that goes on and on gives way by it; where the
     * loop sees to that by itself, it is {@link #execute}.
     *
     * @param task what to run
     * @throws java.util.concurrent.RejectedExecutionException if the loop has ended and will run nothing any more
     */
    default void executeNextTurn(Runnable task) {
        execute(task);
    }

    /**
     * Submits a task to run once after a delay.
     *
     * @param task what to run
     * @param delayNanos how long to wait, in nanoseconds; zero or less means as soon as possible
     * @return a handle to call it off
     * @throws java.util.concurrent.RejectedExecutionException if the loop has ended and will run nothing any more
     */
    Timer schedule(Runnable task, long delayNanos);

    /**
     * Submits a task to run once after a delay, and says so if it never will. A loop that ends has to override this: by default nobody is
     * told.
     *
     * @param task what to run
     * @param delayNanos how long to wait, in nanoseconds; zero or less means as soon as possible
     * @param ifDropped what to run instead, on any thread, if the loop ends before; not when the task was called off
     * @return a handle to call it off
     * @throws java.util.concurrent.RejectedExecutionException if the loop has ended and will run nothing any more
     */
    default Timer schedule(Runnable task, long delayNanos, Runnable ifDropped) {
        return schedule(task, delayNanos);
    }

    /**
     * Whether the loop runs no tasks any more, or only those that it has. A task that it took while it was ending may be dropped without
     * a word: whoever waits for what the task was to do asks this after {@link #execute}, and if so {@link #afterEnd}.
     *
     * @return true if tasks are refused or dropped from now on; false of a loop that never ends
     */
    default boolean isEnding() {
        return false;
    }

    /**
     * Runs an action when the loop {@linkplain #isEnding has ended}, on any thread; at once if it has already.
     *
     * @param action what to run
     */
    default void afterEnd(Runnable action) {
        action.run();
    }

    /** A task that was scheduled and may be called off. */
    @FunctionalInterface
    interface Timer {
        /** Calls the task off; without effect when it has run or was called off before. */
        void cancel();
    }
}
