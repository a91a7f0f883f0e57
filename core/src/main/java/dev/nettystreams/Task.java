package dev.nettystreams;

import dev.nettystreams.spi.LoopThreads;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Straight-line code on a thread of its own, and what becomes of it (asyncio's {@code Task}).
 *
 * <pre>
 *   NEW --start--> RUNNING --returns, throws--> the outcome
 *                     \__cancel: interrupted__/ (a cancellation, if that is what it ends by)
 *                     \__complete, orTimeout: the outcome is theirs at once, and the code is interrupted
 * </pre>
 *
 * As in asyncio, {@code cancel} is a request: the code may clean up, and the future completes when it has ended. Any thread.
 */
final class Task<T extends @Nullable Object> extends StreamFuture<T> {
    private static final ThreadLocal<@Nullable Task<?>> CURRENT = new ThreadLocal<>();

    private final Callable<? extends T> code;
    private final @Nullable Runnable afterEnd;
    private @Nullable Thread thread; // set before it is started, by whoever starts it
    private volatile boolean isStarted;
    private volatile boolean isCancelRequested;
    private final AtomicBoolean isInterruptOwed = new AtomicBoolean();
    private final AtomicInteger interruptCount = new AtomicInteger();

    /** @param afterEnd called when the code has ended and the outcome is there, which may be long there */
    private Task(Callable<? extends T> code, @Nullable Runnable afterEnd) {
        this.code = code;
        this.afterEnd = afterEnd;
    }

    /**
     * Starts it beside the caller, in the caller's way.
     *
     * @throws IllegalStateException on a loop's own thread
     */
    static <T extends @Nullable Object> Task<T> startBesideCaller(
            Callable<? extends T> code, @Nullable Runnable afterEnd) {
        Task<T> task = new Task<>(code, afterEnd);
        LoopCarrier carrier = LoopCarrier.ofCaller();
        if (carrier != null) {
            task.startOn(carrier);
        } else if (LoopThreads.isLoopThread()) {
            throw new IllegalStateException("a task was started on an event loop's own thread, where no code may wait:"
                    + " use Await.onEventLoop(connection, code)");
        } else {
            task.start(HandlerThreads.ofCaller().unstarted(task::run));
        }
        return task;
    }

    /** Starts it on a thread of its own. */
    static <T extends @Nullable Object> Task<T> start(HandlerThreads threads, Callable<? extends T> code) {
        Task<T> task = new Task<>(code, null);
        task.start(threads.unstarted(task::run));
        return task;
    }

    /** Starts it on a connection's loop. */
    static <T extends @Nullable Object> Task<T> start(StreamCore core, Callable<? extends T> code) {
        Task<T> task = new Task<>(code, null);
        Runnable start = () -> task.startOn(core.access.carrier());
        if (core.loop.isCurrent() && CarriedThreads.arePrepared()) {
            start.run();
        } else {
            CarriedThreads.whenPrepared(() -> core.access.hop(start, task));
        }
        return task;
    }

    private void startOn(@Nullable LoopCarrier carrier) {
        if (isCancelRequested || isDone()) {
            super.cancel(false);
            ended();
            return;
        }
        try {
            if (carrier == null) {
                throw new IllegalStateException("await on the event loop " + CarriedThreads.unavailabilityReason());
            }
            carrier.use();
            start(CarriedThreads.unstarted(carrier, () -> {
                carrier.begins();
                run();
            }));
        } catch (Throwable e) { // nobody but who waits for the outcome can be told
            super.completeExceptionally(e);
            ended();
        }
    }

    private void start(Thread made) {
        thread = made;
        isStarted = true;
        made.start();
        if (isCancelRequested || isDone()) {
            interrupt(made); // whoever asked may have seen no thread
        }
    }

    private void run() {
        CURRENT.set(this);
        try {
            super.complete(code.call());
        } catch (InterruptedException e) {
            super.completeExceptionally(isCancelRequested ? cancellation(e) : e);
        } catch (Throwable e) { // whatever the program throws is its outcome
            super.completeExceptionally(e);
        }
        ended();
    }

    private void ended() {
        if (afterEnd != null) {
            afterEnd.run();
        }
    }

    /** How often somebody has interrupted the task that the calling thread runs, by cancelling or settling it. */
    static int interruptCountOfCaller() {
        Task<?> task = CURRENT.get();
        return task == null ? 0 : task.interruptCount.get();
    }

    /**
     * Interrupts the code, and if it has not seen an earlier interrupt yet, once more after that one: of two that come before it looks, a thread sees
     * one. Whoever waits for its end calls {@link #interruptIfOwed} now and then.
     */
    void interruptAgain() {
        isInterruptOwed.set(true);
        interruptIfOwed();
    }

    /** True if it still is. */
    boolean interruptIfOwed() {
        Thread running = isStarted ? thread : null;
        if (running != null && !running.isInterrupted() && isInterruptOwed.compareAndSet(true, false)) {
            interrupt(running);
        }
        return isInterruptOwed.get();
    }

    /** For a wait of the calling thread: throws the interrupt that is owed to its task, if one is. */
    static void throwOwedInterrupt() throws InterruptedException {
        Task<?> task = CURRENT.get();
        if (task != null
                && !Thread.currentThread().isInterrupted()
                && task.isInterruptOwed.compareAndSet(true, false)) {
            throw new InterruptedException();
        }
    }

    /** Interrupts the code and leaves the outcome to it. */
    private void interrupt() {
        Thread running = isStarted ? thread : null;
        if (running != null) {
            interrupt(running);
        }
    }

    private void interrupt(Thread running) {
        interruptCount.incrementAndGet();
        running.interrupt();
    }

    @Override
    public boolean complete(T value) {
        return interrupted(super.complete(value));
    }

    @Override
    public boolean completeExceptionally(Throwable reason) {
        return interrupted(super.completeExceptionally(reason));
    }

    /** Asks the code to end; true if it had not. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (isDone()) {
            return isCancelled();
        }
        isCancelRequested = true;
        interrupt();
        return true;
    }

    private static CancellationException cancellation(InterruptedException cause) {
        CancellationException cancelled = new CancellationException();
        cancelled.initCause(cause);
        return cancelled;
    }

    private boolean interrupted(boolean isOurs) {
        if (isOurs) {
            interrupt();
        }
        return isOurs;
    }
}
