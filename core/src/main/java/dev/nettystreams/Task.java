package dev.nettystreams;

import dev.nettystreams.carrier.CarriedThreads;
import dev.nettystreams.carrier.Carrier;
import dev.nettystreams.carrier.Carriers;
import dev.nettystreams.carrier.Interrupts;
import dev.nettystreams.spi.Loop;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Straight-line code on a thread of its own, and its outcome (asyncio's {@code Task}).
 *
 * <pre>
 *   NEW --start--> RUNNING --returns, throws--> the outcome
 *                     \__cancel: interrupted__/ (a cancellation, if the code ends with the interrupt)
 *                     \__complete, orTimeout: that outcome at once, and the code is interrupted
 * </pre>
 *
 * As in asyncio, {@code cancel} is a request: the code may clean up, and the future completes when the code has ended.
 * Any thread.
 */
final class Task<T extends @Nullable Object> extends StreamFuture<T> {
    private final Callable<? extends T> code;
    private final @Nullable Consumer<Task<?>> afterEnd;
    private final Interrupts interrupts = new Interrupts();
    private final @Nullable Loop clock; // of the loop that runs the code, if it has its own
    private final DebugMode.@Nullable Outcome outcome = DebugMode.Outcome.of(this); // null unless debug mode is on
    private volatile boolean isCancelRequested;

    /** @param afterEnd called once the code has ended; the future may have completed earlier */
    Task(Callable<? extends T> code, @Nullable Consumer<Task<?>> afterEnd, @Nullable Loop loop) {
        this.code = code;
        this.afterEnd = afterEnd;
        this.clock = loop != null && loop.hasOwnClock() ? loop : null;
    }

    @Override
    @Nullable
    Loop clock() {
        return clock;
    }

    /**
     * Starts code concurrently with the caller, on the same kind of thread.
     *
     * @throws IllegalStateException on an event loop's own thread
     */
    static <T extends @Nullable Object> Task<T> startBesideCaller(Callable<? extends T> code) {
        ThreadsBesideCaller threads = ThreadsBesideCaller.find("createTask()");
        Task<T> task = new Task<>(code, null, Carriers.timersOfCaller());
        task.startOn(threads);
        return task;
    }

    /** Starts code on a thread of its own. */
    static <T extends @Nullable Object> Task<T> start(HandlerThreads threads, Callable<? extends T> code) {
        Task<T> task = new Task<>(code, null, null);
        task.startOn(threads::newThread);
        return task;
    }

    /** Starts code on a connection's event loop. */
    static <T extends @Nullable Object> Task<T> start(StreamCore core, Callable<? extends T> code) {
        Task<T> task = new Task<>(code, null, core.loop);
        Runnable start = () -> task.startFor(core);
        if (core.loop.isCurrent() && CarriedThreads.arePrepared()) {
            start.run();
        } else {
            CarriedThreads.whenPrepared(() -> core.access.submit(start, task));
        }
        return task;
    }

    private void startFor(StreamCore core) {
        Carrier carrier = core.access.carrier();
        startOn(task -> {
            if (carrier == null) {
                throw new IllegalStateException("await on the event loop " + CarriedThreads.unavailabilityReason());
            }
            Thread thread = carrier.newThread(task);
            core.probe.runsOn(thread);
            return thread;
        });
    }

    /** Starts the code; returns the exception that prevented that, which is then the outcome, or null. */
    @Nullable
    Throwable startOn(ThreadsBesideCaller threads) {
        return startOn(threads::newThreadThatAdopts);
    }

    private @Nullable Throwable startOn(Function<Runnable, Thread> threads) {
        if (isCancelRequested || isDone()) {
            super.cancel(false);
            ended();
            return null;
        }
        try {
            Thread thread = threads.apply(new Run());
            interrupts.bind(thread);
            thread.start();
            return null;
        } catch (Throwable e) { // the future reports it, as it reports any exception of the code
            super.completeExceptionally(e);
            ended();
            return e;
        }
    }

    /** The run of the code. A suspended handler's frames stay in memory, so few of them are the library's. */
    private final class Run implements Runnable {
        @Override
        public void run() {
            interrupts.adoptCaller();
            try {
                settle(code.call());
            } catch (InterruptedException e) {
                settleExceptionally(isCancelRequested ? cancellation(e) : e);
            } catch (Throwable e) { // any exception of the code is its outcome
                if (outcome != null) {
                    outcome.failed(e);
                }
                settleExceptionally(e);
            }
            ended();
        }
    }

    private void settle(T result) {
        super.complete(result);
    }

    private void settleExceptionally(Throwable failure) {
        super.completeExceptionally(failure);
    }

    private void ended() {
        if (afterEnd != null) {
            afterEnd.accept(this);
        }
    }

    // ---- looking at the outcome, which debug mode records

    @Override
    void observed() {
        if (outcome != null) {
            outcome.seen();
        }
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        observed();
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        observed();
        return super.get(timeout, unit);
    }

    @Override
    public T join() {
        observed();
        return super.join();
    }

    @Override
    public T getNow(T valueIfAbsent) {
        observed();
        return super.getNow(valueIfAbsent);
    }

    @Override
    public boolean isCompletedExceptionally() {
        observed();
        return super.isCompletedExceptionally();
    }

    /** Interrupts the code once more, after it has seen the earlier interrupt. */
    void interruptAgain() {
        interrupts.sendBehindEarlier();
    }

    /**
     * Sends the interrupt that {@link #interruptAgain} owes, if the code can see it now; returns true if it is still
     * owed.
     */
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

    /** Asks the code to end; returns true if it had not ended. */
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
