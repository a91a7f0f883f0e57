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
 * A loop that runs when the test says, with a clock that only the test turns.
 *
 * <p>Tasks run on the thread that calls {@link #runReady}, {@link #runOne}, {@link #advance}, {@link #run} or {@link #call}, and only
 * inside such a call is that thread the loop's. What a task throws comes out of the call.
 *
 * <p>Any thread may submit; one thread at a time may run.
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

    /** Makes a loop with nothing to do, at time zero. */
    public ManualLoop() {}

    @Override
    public boolean isCurrent() {
        return Thread.currentThread().equals(runner);
    }

    /** True from {@link #shutDown} on. */
    @Override
    public boolean isEnding() {
        synchronized (lock) {
            return isShutDown;
        }
    }

    @Override
    public void execute(Runnable task) {
        synchronized (lock) {
            refuseIfShutDown();
            ready.add(task);
        }
    }

    @Override
    public Timer schedule(Runnable task, long delayNanos) {
        return schedule(task, delayNanos, () -> {});
    }

    @Override
    public Timer schedule(Runnable task, long delayNanos, Runnable ifDropped) {
        synchronized (lock) {
            refuseIfShutDown();
            long due = nowNanos + Math.max(0, delayNanos);
            Timed timed = new Timed(
                    due < 0 ? Long.MAX_VALUE : due, scheduledCount++, task, ifDropped); // for ever, if it overflows
            timers.add(timed);
            return () -> {
                synchronized (lock) {
                    timers.remove(timed);
                }
            };
        }
    }

    /**
     * Runs tasks until none is ready, those included that the tasks submit; timers only if they are due already. Tasks that never come
     * to an end stop at an interrupt, which is how a test's deadline arrives.
     *
     * @return how many tasks ran
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
     * Runs the task that has been ready longest.
     *
     * @return false if none was
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
     * Turns the clock, stopping at each timer that is due on the way, and runs all that is ready at each stop.
     *
     * @param time how far, zero or more; what is beyond 292 years is the end of time, when no timer is left
     * @throws IllegalArgumentException if it is negative
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
     * Runs something at once, as if the loop had got round to it. Tasks that it submits stay for later.
     *
     * @param task what to run
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
     * Asks something at once, as if the loop had got round to it. Tasks that it submits stay for later.
     *
     * @param <T> the answer
     * @param question what to ask
     * @return the answer
     * @throws Exception what the question throws
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
     * How many tasks are ready.
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
     * How many timers wait for their time.
     *
     * @return zero or more
     */
    public int timerCount() {
        synchronized (lock) {
            return timers.size();
        }
    }

    /** Ends the loop: what was submitted is dropped, and from now on {@code execute} and {@code schedule} reject. */
    public void shutDown() {
        List<Timed> dropped;
        synchronized (lock) {
            isShutDown = true;
            ready.clear();
            dropped = List.copyOf(timers);
            timers.clear();
        }
        dropped.forEach(timer -> timer.ifDropped.run());
    }

    /** Gives who ran the loop before: this thread, further up its stack, or nobody. */
    private @Nullable Thread enter() {
        Thread before = runner;
        if (before != null && !before.equals(Thread.currentThread())) {
            throw new IllegalStateException("a task called for while " + before.getName() + " runs the loop");
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
