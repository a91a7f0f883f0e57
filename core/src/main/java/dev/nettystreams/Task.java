package dev.nettystreams;

import dev.nettystreams.carrier.CarriedThreads;
import dev.nettystreams.carrier.Carrier;
import dev.nettystreams.carrier.Interrupts;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.function.BiFunction;
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
    private final Callable<? extends T> code;
    private final @Nullable Runnable afterEnd;
    private final Interrupts interrupts = new Interrupts();
    private volatile boolean isCancelRequested;

    /** @param afterEnd called when the code has ended and the outcome is there, which may be long there */
    private Task(Callable<? extends T> code, @Nullable Runnable afterEnd) {
        this.code = code;
        this.afterEnd = afterEnd;
    }

    /**
     * Starts it beside the caller, on the same kind of thread.
     *
     * @throws IllegalStateException on a loop's own thread
     */
    static <T extends @Nullable Object> Task<T> startBesideCaller(
            Callable<? extends T> code, @Nullable Runnable afterEnd) {
        ThreadsBesideCaller threads = ThreadsBesideCaller.find("createTask()");
        Task<T> task = new Task<>(code, afterEnd);
        task.startOn(threads::newThread);
        return task;
    }

    /** Starts it on a thread of its own. */
    static <T extends @Nullable Object> Task<T> start(HandlerThreads threads, Callable<? extends T> code) {
        Task<T> task = new Task<>(code, null);
        task.startOn(threads::newThread);
        return task;
    }

    /** Starts it on a connection's loop. */
    static <T extends @Nullable Object> Task<T> start(StreamCore core, Callable<? extends T> code) {
        Task<T> task = new Task<>(code, null);
        Runnable start = () -> task.startOn(core.access.carrier());
        if (core.loop.isCurrent() && CarriedThreads.arePrepared()) {
            start.run();
        } else {
            CarriedThreads.whenPrepared(() -> core.access.submit(start, task));
        }
        return task;
    }

    private void startOn(@Nullable Carrier carrier) {
        startOn((task, own) -> {
            if (carrier == null) {
                throw new IllegalStateException("await on the event loop " + CarriedThreads.unavailabilityReason());
            }
            return carrier.newThread(task, own);
        });
    }

    private void startOn(BiFunction<Runnable, Interrupts, Thread> threads) {
        if (isCancelRequested || isDone()) {
            super.cancel(false);
            ended();
            return;
        }
        try {
            Thread thread = threads.apply(this::run, interrupts);
            interrupts.bind(thread);
            thread.start();
        } catch (Throwable e) { // only those who wait for the outcome can be told
            super.completeExceptionally(e);
            ended();
        }
    }

    private void run() {
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

    /** Interrupts the code once more, when it has seen an earlier interrupt. */
    void interruptAgain() {
        interrupts.sendBehindEarlier();
    }

    /** Sends the interrupt that {@link #interruptAgain} owes, if the code can see it; true if it is still owed. */
    boolean sendOwedInterrupt() {
        return interrupts.sendOwed();
    }

    @Override
    public boolean complete(T value) {
        return afterSettling(super.complete(value));
    }

    @Override
    public boolean completeExceptionally(Throwable reason) {
        return afterSettling(super.completeExceptionally(reason));
    }

    /** Asks the code to end; true if it had not. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (isDone()) {
            return isCancelled();
        }
        isCancelRequested = true;
        interrupts.send(Interrupts.Sender.CANCELLED);
        return true;
    }

    private static CancellationException cancellation(InterruptedException cause) {
        CancellationException cancelled = new CancellationException();
        cancelled.initCause(cause);
        return cancelled;
    }

    private boolean afterSettling(boolean isSettled) {
        if (isSettled) {
            interrupts.send(Interrupts.Sender.SETTLED);
        }
        return isSettled;
    }
}
