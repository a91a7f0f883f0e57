package dev.nettystreams;

import dev.nettystreams.carrier.Carriers;
import dev.nettystreams.carrier.Interrupts;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Several tasks that begin and end together (asyncio's {@code TaskGroup} and {@code gather}).
 *
 * <pre>{@code
 * try (TaskGroup group = new TaskGroup()) {
 *     CompletableFuture<byte[]> greeting = group.start(() -> await(first.reader().readLine()));
 *     CompletableFuture<byte[]> other = group.start(() -> await(second.reader().readLine()));
 *     group.join();
 *     compare(greeting.join(), other.join());
 * }
 * }</pre>
 *
 * <p>Each task runs on the same kind of thread as the code that starts it: on the same event loop, or on a thread of
 * its own ({@link Await#createTask Await.createTask}). The first failure cancels the other tasks, and so does
 * {@code close}: they are interrupted, and their {@code await} cancels the stage that it waits for. After {@code join}
 * or {@code close} has returned or thrown, no task of the group is running.
 *
 * <p>{@code join} and {@code close} wait, so only threads that may block call them. Any thread may call {@code start},
 * including the group's own tasks.
 */
public final class TaskGroup implements AutoCloseable {
    private static final long OWED_PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Not a monitor: before Java 24, a wait inside {@code synchronized} would hold up an event loop. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition allEnded = lock.newCondition(); // or a task is owed an interrupt
    private final Set<Task<?>> running = new HashSet<>(); // guarded by lock
    private @Nullable Throwable failure; // guarded by lock; the first task's
    private boolean isEnding; // guarded by lock

    /** Creates a group without tasks. */
    public TaskGroup() {}

    /**
     * Starts a task.
     *
     * <p>Completes with the code's result. Fails with the exception that the code throws, or that prevented the start
     * of its thread; both cancel the group's other tasks. Cancelling the returned future, or a timeout of it
     * ({@code orTimeout}), interrupts the code and is no failure of the group.
     *
     * @param <T> the type of the result
     * @param code straight-line code that may await
     * @return completes with the code's result
     * @throws IllegalStateException if the group is ending, because a task has failed or the group was closed
     */
    public <T extends @Nullable Object> CompletableFuture<T> start(Callable<? extends T> code) {
        ThreadsBesideCaller threads = ThreadsBesideCaller.find("start()");
        Task<T> task = new Task<>(() -> run(code), this::ended, Carriers.timersOfCaller());
        Throwable startFailure;
        lock.lock();
        try {
            if (isEnding) {
                throw new IllegalStateException("start() called on a group that is ending");
            }
            running.add(task); // before the start: a task whose thread cannot be started ends there
            startFailure = task.startOn(threads);
        } finally {
            lock.unlock();
        }
        if (startFailure != null) {
            failed(startFailure);
        }
        return task;
    }

    /**
     * Starts a task without a result; see {@link #start(Callable)}.
     *
     * @param code straight-line code that may await
     * @return completes when the code has ended
     * @throws IllegalStateException if the group is ending, because a task has failed or the group was closed
     */
    public CompletableFuture<Void> start(Steps code) {
        return start(code.asCallable());
    }

    private void ended(Task<?> task) {
        lock.lock();
        try {
            running.remove(task);
            if (running.isEmpty()) {
                allEnded.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private <T extends @Nullable Object> T run(Callable<? extends T> code) throws Exception {
        try {
            return code.call();
        } catch (InterruptedException | CancellationException e) {
            throw e; // cancelled, by the group or by its own code
        } catch (Throwable e) {
            failed(e);
            throw e;
        }
    }

    private void failed(Throwable reason) {
        lock.lock();
        try {
            if (failure == null) {
                failure = reason;
            } else if (!failure.equals(reason)) {
                failure.addSuppressed(reason);
            }
        } finally {
            lock.unlock();
        }
        cancel();
    }

    /** Acts once: later failures must not interrupt a task that is cleaning up. */
    private void cancel() {
        List<Task<?>> cancelled;
        lock.lock();
        try {
            if (isEnding) {
                return;
            }
            isEnding = true;
            cancelled = List.copyOf(running);
        } finally {
            lock.unlock();
        }
        for (Task<?> task : cancelled) {
            boolean wasSettled = task.isDone(); // its holder settled the future, and the code may still be running
            task.cancel(true);
            if (wasSettled) {
                task.interruptAgain();
            }
        }
        lock.lock();
        try {
            allEnded.signalAll(); // the waiting thread checks which tasks are owed an interrupt
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until every task has ended. If a task fails, the others are cancelled first. An interrupt of the waiting
     * thread cancels all tasks.
     *
     * @throws Exception the exception of the first task that failed, with the exceptions of later failures as
     *     suppressed exceptions
     * @throws InterruptedException if the thread was interrupted
     * @throws IllegalStateException if waiting would hold up the event loop that the tasks need in order to end; the
     *     tasks then go on
     */
    public void join() throws Exception {
        lock.lock();
        try {
            awaitEnds();
            if (failure instanceof Error error) {
                throw error;
            } else if (failure != null) {
                throw (Exception) failure;
            }
        } catch (InterruptedException e) {
            Interrupts.failIfPinned("a TaskGroup's end", e);
            close();
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Cancels the tasks that are still running and waits until they have ended. An interrupt during the wait is kept:
     * the thread is interrupted when this method returns.
     *
     * @throws IllegalStateException if waiting would hold up the event loop that the tasks need in order to end; the
     *     tasks then end later
     */
    @Override
    public void close() {
        cancel();
        boolean wasInterrupted = false;
        lock.lock();
        try {
            while (!running.isEmpty()) {
                try {
                    awaitEnds();
                } catch (InterruptedException e) {
                    Interrupts.failIfPinned("a TaskGroup's end", e);
                    wasInterrupted = true;
                }
            }
        } finally {
            lock.unlock();
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Called with the lock held. Sends each interrupt that a task is owed once the task has seen the one before. */
    private void awaitEnds() throws InterruptedException {
        Interrupts own = Interrupts.ofCaller();
        int wait = own == null ? 0 : own.beginWait();
        boolean isInterrupted = false;
        try {
            while (!running.isEmpty()) {
                if (sendOwedInterrupts()) {
                    allEnded.awaitNanos(OWED_PERIOD_NANOS);
                } else {
                    allEnded.await();
                }
            }
        } catch (InterruptedException e) {
            isInterrupted = true;
            throw e;
        } finally {
            if (own != null) {
                own.endWait(wait, isInterrupted);
            }
        }
    }

    /** Returns true if a task is still owed an interrupt. */
    private boolean sendOwedInterrupts() {
        boolean isAnyOwed = false;
        for (Task<?> task : running) {
            isAnyOwed |= task.sendOwedInterrupt();
        }
        return isAnyOwed;
    }
}
