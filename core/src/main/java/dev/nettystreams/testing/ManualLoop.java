package dev.nettystreams.testing;

import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.LoopThreads;
import dev.nettystreams.spi.Timeouts;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * An event loop that runs tasks only when the test calls it, with a clock that only the test advances.
 *
 * <p>Tasks run on the thread that calls {@link #runReady}, {@link #runOne}, {@link #advance advance}, {@link #run run}
 * or {@link #call call}; that thread is the loop's thread only during the call. An exception that a task throws is
 * thrown by the call.
 *
 * <p>Any thread may submit tasks; only one thread at a time may run them.
 */
public final class ManualLoop implements Loop {
    private final Object lock = new Object();
    private final ArrayDeque<Runnable> ready = new ArrayDeque<>(); // guarded by lock
    private final PriorityQueue<Timed> timers = new PriorityQueue<>(); // guarded by lock
    private long nowNanos; // guarded by lock
    private long scheduledCount; // guarded by lock
    private boolean isShutDown; // guarded by lock
    private volatile @Nullable Thread runner;

    private record Timed(long dueNanos, long order, Runnable task, Runnable ifDropped) implements Comparable<Timed> {
        @Override
        public int compareTo(Timed other) {
            int byTime = Long.compare(dueNanos, other.dueNanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    /** Creates a loop without tasks, at time zero. */
    public ManualLoop() {}

    @Override
    public boolean isCurrent() {
        return Thread.currentThread().equals(runner);
    }

    /** Returns true once {@link #shutDown} has been called. */
    @Override
    public boolean isEnding() {
        synchronized (lock) {
            return isShutDown;
        }
    }

    /** Returns true: {@code orTimeout} on a future of this loop's connections expires when a test advances its time. */
    @Override
    public boolean hasOwnClock() {
        return true;
    }

    /** Runs the action at once: {@link #shutDown} ends the loop before it returns. */
    @Override
    public void afterEnd(Runnable action) {
        action.run();
    }

    @Override
    public void execute(Runnable task) {
        synchronized (lock) {
            refuseIfShutDown();
            ready.add(task);
        }
    }

    @Override
    public Timer schedule(Runnable task, long delayNanos, Runnable ifDropped) {
        synchronized (lock) {
            refuseIfShutDown();
            long due = nowNanos + Math.max(0, delayNanos);
            Timed timed = new Timed(
                    due < 0 ? Long.MAX_VALUE : due, scheduledCount++, task, ifDropped); // an overflow means never
            timers.add(timed);
            return () -> {
                synchronized (lock) {
                    timers.remove(timed);
                }
            };
        }
    }

    /**
     * Runs ready tasks until none is left, including the tasks that they submit, and timers that are already due. An
     * interrupt stops it, so that a test's deadline also ends tasks that keep resubmitting themselves.
     *
     * @return the number of tasks that ran
     * @throws IllegalStateException if the thread is interrupted
     */
    public int runReady() {
        int count = 0;
        while (runOne()) {
            count++;
            refuseIfInterrupted(count);
        }
        refuseIfInterrupted(count);
        return count;
    }

    /**
     * Runs the task that has been ready the longest.
     *
     * @return false if no task was ready
     */
    public boolean runOne() {
        Runnable task;
        synchronized (lock) {
            makeDueTimersReady();
            task = ready.poll();
        }
        if (task == null) {
            return false;
        }
        run(task);
        return true;
    }

    /**
     * Advances the clock. Stops at each timer that becomes due on the way, and runs all ready tasks at each stop.
     *
     * @param time the duration to advance by, zero or more; a duration beyond 292 years advances to the end of time,
     *     when no timer is left
     * @throws IllegalArgumentException if {@code time} is negative
     */
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("time < 0: " + Timeouts.toText(time));
        }
        long endNanos;
        synchronized (lock) {
            long end = nowNanos + Timeouts.saturatedNanos(time);
            endNanos = end < 0 ? Long.MAX_VALUE : end;
        }
        runReady();
        while (moveToNextTimer(endNanos)) {
            runReady();
        }
    }

    /**
     * Runs a task at once, as a task of this loop. Tasks that it submits stay queued.
     *
     * @param task the task to run
     */
    public void run(Runnable task) {
        Thread before = enter();
        try {
            task.run();
        } finally {
            runner = before;
        }
    }

    /**
     * Calls a function at once, as a task of this loop. Tasks that it submits stay queued.
     *
     * @param <T> the type of the result
     * @param question the function to call
     * @return the function's result
     * @throws Exception any exception that the function throws
     */
    public <T extends @Nullable Object> T call(Callable<T> question) throws Exception {
        Thread before = enter();
        try {
            return question.call();
        } finally {
            runner = before;
        }
    }

    /**
     * Returns the number of ready tasks, including timers that are due.
     *
     * @return zero or more
     */
    public int readyCount() {
        synchronized (lock) {
            makeDueTimersReady();
            return ready.size();
        }
    }

    /**
     * Returns the number of timers that are scheduled.
     *
     * @return zero or more
     */
    public int timerCount() {
        synchronized (lock) {
            return timers.size();
        }
    }

    /**
     * Ends the loop. Runs the ready tasks first, including the tasks that they submit: they were accepted. Then
     * {@code execute} and {@code schedule} throw, and the timers that are not due are dropped, which their submitters
     * are told. An exception that a task throws is thrown once the loop has ended, with later ones suppressed.
     */
    public void shutDown() {
        Throwable failure = null;
        List<Timed> dropped;
        while ((dropped = endIfIdle()) == null) {
            try {
                runReady();
            } catch (Throwable e) { // the other tasks have been accepted, too
                refuseIfInterrupted(0);
                failure = firstOf(failure, e);
            }
        }
        for (Timed timer : dropped) {
            try {
                timer.ifDropped.run();
            } catch (Throwable e) {
                failure = firstOf(failure, e);
            }
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }

    private static Throwable firstOf(@Nullable Throwable first, Throwable next) {
        if (first == null) {
            return next;
        }
        if (!first.equals(next)) { // an exception may not suppress itself
            first.addSuppressed(next);
        }
        return first;
    }

    /** Returns the timers that are dropped, or null if a task is ready. */
    private @Nullable List<Timed> endIfIdle() {
        synchronized (lock) {
            makeDueTimersReady();
            if (!ready.isEmpty()) {
                return null;
            }
            isShutDown = true;
            List<Timed> dropped = List.copyOf(timers);
            timers.clear();
            return dropped;
        }
    }

    /**
     * Makes the current thread the loop's; returns the thread that was before: this one, further up its stack, or null.
     */
    private @Nullable Thread enter() {
        Thread before = runner;
        if (before != null && !before.equals(Thread.currentThread())) {
            throw new IllegalStateException("another thread runs this loop: " + before.getName());
        }
        runner = Thread.currentThread();
        LoopThreads.mark(this);
        return before;
    }

    private static void refuseIfInterrupted(int count) {
        if (Thread.currentThread().isInterrupted()) {
            throw new IllegalStateException("interrupted after " + count + " tasks");
        }
    }

    private boolean moveToNextTimer(long endNanos) {
        synchronized (lock) {
            Timed next = timers.peek();
            if (next == null || next.dueNanos > endNanos) {
                nowNanos = endNanos;
                return false;
            }
            nowNanos = Math.max(nowNanos, next.dueNanos);
            return true;
        }
    }

    private void makeDueTimersReady() {
        for (Timed next; (next = timers.peek()) != null && next.dueNanos <= nowNanos; ) {
            timers.remove();
            ready.add(next.task);
        }
    }

    private void refuseIfShutDown() {
        if (isShutDown) {
            throw new RejectedExecutionException("the loop has been shut down");
        }
    }
}
