package dev.nettystreams;

import dev.nettystreams.carrier.Interrupts;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Several pieces of straight-line code that begin and end together (asyncio's {@code TaskGroup}, and {@code gather}).
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
 * <p>Each runs in the way of the code that starts it: on the same event loop, or on a thread of its own ({@link Await#createTask}). The
 * first failure, or {@code close}, cancels the others: they are interrupted, and an {@code await} of theirs cancels what it waits for. When
 * {@code join} or {@code close} has returned or thrown, none of them runs any more.
 *
 * <p>{@code join} and {@code close} wait: for threads that may. {@code start} may be called by the group's own tasks, too, on any thread.
 */
public final class TaskGroup implements AutoCloseable {
    private static final long OWED_PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** None that {@code synchronized} takes: to wait with one would hold up an event loop before Java 24. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition allEnded = lock.newCondition(); // or something else has changed
    private final Set<Task<?>> running = new HashSet<>(); // guarded by lock
    private @Nullable Throwable failure; // guarded by lock; the first one
    private boolean isEnding; // guarded by lock

    /** Makes a group without tasks. */
    public TaskGroup() {}

    /**
     * Starts a task.
     *
     * @param <T> what the code returns
     * @param code straight-line code that may await
     * @return its outcome; cancelling it, or giving it a timeout, is no failure of the group
     * @throws IllegalStateException if the group is ending: a task has failed, or the group was closed
     */
    public <T extends @Nullable Object> CompletableFuture<T> start(Callable<? extends T> code) {
        lock.lock();
        try {
            if (isEnding) {
                throw new IllegalStateException("start() called on a group that is ending");
            }
            AtomicReference<@Nullable Task<T>> self = new AtomicReference<>();
            Task<T> task = Task.startBesideCaller(() -> run(code), () -> ended(self));
            self.set(task);
            running.add(task);
            return task;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Starts a task without a result; see {@link #start(Callable)}.
     *
     * @param code straight-line code that may await
     * @return completes when the code has ended
     * @throws IllegalStateException if the group is ending: a task has failed, or the group was closed
     */
    public CompletableFuture<Void> start(Steps code) {
        return start(code.asCallable());
    }

    private void ended(AtomicReference<? extends @Nullable Task<?>> task) {
        lock.lock(); // which start holds until the task is in the set
        try {
            running.remove(task.get());
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
            throw e; // called off, by the group or by itself
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

    /** Once; a task that cleans up is not to be disturbed by each of those that fail after it. */
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
            boolean wasSettled = task.isDone(); // by somebody else, and it goes on
            task.cancel(true);
            if (wasSettled) {
                task.interruptAgain();
            }
        }
        lock.lock();
        try {
            allEnded.signalAll(); // whoever waits looks who is owed an interrupt
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until every task has ended. If one has failed, the others are cancelled first. An interrupt cancels them all.
     *
     * @throws Exception what the first one to fail has thrown, with what others have thrown since as suppressed exceptions
     * @throws InterruptedException if the thread was interrupted
     * @throws IllegalStateException if the wait would hold up the event loop that the tasks need for their ends; they go on then
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
     * Cancels what still runs, and waits for its end; an interrupt meanwhile is kept for later.
     *
     * @throws IllegalStateException if the wait would hold up the event loop that the tasks need for their ends, which then come later
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

    /** Holding the lock. Tasks that are owed an interrupt get it when they have seen the one before. */
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

    /** Returns true if a task is still owed one. */
    private boolean sendOwedInterrupts() {
        boolean isAnyOwed = false;
        for (Task<?> task : running) {
            isAnyOwed |= task.sendOwedInterrupt();
        }
        return isAnyOwed;
    }
}
