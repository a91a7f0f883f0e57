package dev.nettystreams.spi;

import java.util.concurrent.Executor;

/**
 * The event loop of a connection: the one thread that its state is confined to.
 *
 * <p>Tasks run one at a time, in the order of their submission, and never inside {@link #execute execute}. Each task
 * sees the writes of the tasks before it, even if the loop changes its carrier thread.
 */
public interface Loop extends Executor {
    /**
     * Returns whether the caller runs on this loop.
     *
     * @return true if the caller may access state that is confined to the loop
     */
    boolean isCurrent();

    /**
     * Submits a task. It runs later, even if the caller is on this loop.
     *
     * @param task the task to run
     * @throws java.util.concurrent.RejectedExecutionException if the loop has ended, in which case {@link #isEnding} is
     *     true; never because a queue is full, which would leave a connection half closed
     */
    @Override
    void execute(Runnable task);

    /**
     * Submits a task that runs after the loop has served its connections once more. A long-running task uses this to
     * yield. The default is {@link #execute execute}, for loops that serve their connections between any two tasks.
     *
     * @param task the task to run
     * @throws java.util.concurrent.RejectedExecutionException if the loop has ended and runs no more tasks
     */
    default void executeNextTurn(Runnable task) {
        execute(task);
    }

    /**
     * Submits a task that runs once, after a delay, and does not run if the loop ends first.
     *
     * @param task the task to run
     * @param delayNanos the delay in nanoseconds; zero or less means as soon as possible
     * @return a handle that cancels the task
     * @throws java.util.concurrent.RejectedExecutionException if the loop has ended and runs no more tasks
     */
    default Timer schedule(Runnable task, long delayNanos) {
        return schedule(task, delayNanos, () -> {});
    }

    /**
     * Submits a task that runs once, after a delay, with an action for the case that the loop ends first.
     *
     * @param task the task to run
     * @param delayNanos the delay in nanoseconds; zero or less means as soon as possible
     * @param ifDropped runs instead of the task, on any thread, if the loop ends first; does not run if the task was
     *     cancelled
     * @return a handle that cancels the task
     * @throws java.util.concurrent.RejectedExecutionException if the loop has ended and runs no more tasks
     */
    Timer schedule(Runnable task, long delayNanos, Runnable ifDropped);

    /**
     * Returns whether the loop has begun to end: it accepts no more tasks, or may silently drop the ones that it
     * accepts. A caller that depends on the effect of a task must check this after {@link #execute execute} and, if it
     * is true, use {@link #afterEnd afterEnd}.
     *
     * @return true if tasks are rejected or dropped from now on; always false for a loop that never ends
     */
    boolean isEnding();

    /**
     * Runs an action on any thread when the loop has ended; at once if it has ended already. A loop that never ends
     * never runs it. See {@link #isEnding}.
     *
     * @param action the action to run
     */
    void afterEnd(Runnable action);

    /**
     * Returns whether this loop keeps a time of its own, as loops do that tests turn by hand. Timeouts of this loop's
     * connections then go by that time, whichever thread sets them; otherwise they may go by any clock of the system.
     *
     * @return false by default
     */
    default boolean hasOwnClock() {
        return false;
    }

    /** A handle to a scheduled task. */
    @FunctionalInterface
    interface Timer {
        /** Cancels the task. Has no effect if the task has run or was cancelled before. */
        void cancel();
    }
}
