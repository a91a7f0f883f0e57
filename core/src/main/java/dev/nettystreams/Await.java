package dev.nettystreams;

import dev.nettystreams.carrier.CarriedThreads;
import dev.nettystreams.carrier.Interrupts;
import dev.nettystreams.spi.LoopThreads;
import dev.nettystreams.spi.StageFailures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code await} for threads that may block, and the choice of the thread on which a handler's straight-line
 * code runs.
 *
 * <p>Meant for {@code import static dev.nettystreams.Await.await}.
 */
public final class Await {
    private Await() {}

    /**
     * Waits until a stage has completed and returns its result.
     *
     * <p>If the stage failed, throws the stage's own exception, checked or unchecked, and adds the caller's stack
     * frames to it as a suppressed exception. Checked exceptions other than the declared ones are thrown as well.
     *
     * <p>An interrupt cancels the stage. A read that is cancelled so consumes no bytes. Cancelling a stage that was
     * derived from a read, such as {@code readLine().thenApply(..)}, leaves the read pending, and a stage that cannot
     * be cancelled goes on. If the stage completes before the interrupt can cancel it, the method returns its result
     * and the thread stays interrupted.
     *
     * <p>Source: Python's {@code await} expression.
     *
     * @param <T> the type of the result
     * @param stage the stage to wait for
     * @return the stage's result
     * @throws IOException if the stage failed with one
     * @throws TimeoutException if the stage failed with one, as {@code orTimeout} does
     * @throws InterruptedException if the thread was interrupted before the stage completed
     * @throws IllegalStateException at once on an event loop's own thread, where waiting would stop every connection of
     *     that loop
     */
    public static <T extends @Nullable Object> T await(CompletionStage<T> stage)
            throws IOException, InterruptedException, TimeoutException {
        refuseOnLoopThread("await");
        CompletableFuture<T> future = stage.toCompletableFuture();
        try {
            return get(future);
        } catch (InterruptedException e) {
            boolean isCancelled = future.cancel(false) || future.isCancelled();
            boolean isSettled =
                    future.isDone() || future instanceof Claimable<?>; // claimed: the loop is about to complete it
            if (isCancelled || !isSettled) {
                Interrupts.failIfPinned("await()", e);
                throw e;
            }
            Interrupts.keepInterrupt();
            return settled(future);
        }
    }

    /**
     * Runs a handler on one virtual thread per connection.
     *
     * @param handler straight-line code that may await
     * @return a handler to pass to a server
     * @throws IllegalStateException before Java 21
     */
    public static ConnectionHandler onVirtualThreads(ConnectionHandler handler) {
        return on(HandlerThreads.VIRTUAL, handler);
    }

    /**
     * Runs a handler on one daemon platform thread per connection.
     *
     * @param handler straight-line code that may await
     * @return a handler to pass to a server
     */
    public static ConnectionHandler onThreads(ConnectionHandler handler) {
        return on(HandlerThreads.PLATFORM, handler);
    }

    /**
     * Runs a handler on its connection's event loop: each connection gets a virtual thread whose scheduler is the loop.
     * An {@code await} then suspends the handler without a hop to another thread, and the handlers of one loop run one
     * at a time, as in asyncio.
     *
     * <p>A blocking operation, such as taking a lock, polling a queue, {@code Thread.sleep} or a read from another
     * library's socket, parks the handler and not the loop, wherever the JDK supports that. Two kinds of code hold up
     * all of the loop's connections: long computations, and waits that pin the virtual thread to the loop's thread. A
     * wait pins the thread inside a class initializer, inside {@code synchronized} before Java 24, and in native code,
     * which includes reads from a child process, a FIFO, {@code System.in} or a file. Each pinned wait is logged with
     * the thread and its stack frames. Run such code on a platform thread; a virtual thread that the handler creates
     * runs on the loop as well:
     *
     * <pre>{@code
     * static final Executor BLOCKING = Executors.newCachedThreadPool();
     *
     * List<String> lines =
     *         await(CompletableFuture.supplyAsync(() -> process.inputReader().lines().toList(), BLOCKING));
     * }</pre>
     *
     * <p>A handler may call Netty's own methods. Netty queues these calls and runs them when the handler next waits.
     *
     * @param handler straight-line code that may await
     * @return a handler to pass to a server
     * @throws IllegalStateException before Java 21, or without {@code --add-opens java.base/java.lang=ALL-UNNAMED} (on
     *     the module path {@code =dev.nettystreams.core}); the message says which
     */
    public static ConnectionHandler onEventLoop(ConnectionHandler handler) {
        requireEventLoop();
        return on(handler, connection -> Task.start(connection.core(), new Conversing(handler, connection)));
    }

    /**
     * Returns whether {@link #onEventLoop onEventLoop} is available on this JVM.
     *
     * @return true from Java 21 on, if {@code java.lang} is opened to this library
     */
    public static boolean isOnEventLoopAvailable() {
        return CarriedThreads.areAvailable();
    }

    private static void requireEventLoop() {
        String reason = CarriedThreads.unavailabilityReason();
        if (reason != null) {
            throw new IllegalStateException("await on the event loop " + reason);
        }
        if (!LoopThreads.isLoopThread()) {
            CarriedThreads.prepare(); // on a loop, the task waits until it is prepared
        }
    }

    private static ConnectionHandler on(HandlerThreads threads, ConnectionHandler handler) {
        if (!threads.isAvailable()) {
            throw new IllegalStateException(HandlerThreads.unavailableMessage());
        }
        return on(handler, connection -> start(threads, handler, connection));
    }

    private static ConnectionHandler on(
            ConnectionHandler handler, Function<StreamConnection, CompletionStage<?>> start) {
        return new ConnectionHandler() {
            @Override
            public void handle(StreamReader reader, StreamWriter writer) throws Exception {
                handler.handle(reader, writer);
            }

            @Override
            public CompletionStage<?> start(StreamConnection connection) {
                return start.apply(connection);
            }
        };
    }

    static CompletionStage<?> start(HandlerThreads threads, ConnectionHandler handler, StreamConnection connection) {
        return Task.start(threads, new Conversing(handler, connection));
    }

    /** A handler's run. A class, not a lambda expression, which would be one more frame on each suspended stack. */
    private record Conversing(ConnectionHandler handler, StreamConnection connection) implements Callable<Void> {
        @Override
        @SuppressWarnings("NullAway") // Void has no other value
        public Void call() throws Exception {
            handler.handle(connection.reader(), connection.writer());
            return null;
        }
    }

    // ---- tasks

    /**
     * Runs code on a connection's event loop; see {@link #onEventLoop(ConnectionHandler)}. The connection need not come
     * from a server, and stays open after the code has ended.
     *
     * <p>Completes with the code's result. Fails with the exception that the code throws. Cancelling the returned
     * future, or a timeout of it ({@code orTimeout}), interrupts the code, whose {@code await} then cancels the stage
     * that it waits for. Any number may be pending.
     *
     * @param <T> the type of the result
     * @param connection the connection whose event loop runs the code
     * @param code straight-line code that may await
     * @return completes with the code's result
     * @throws IllegalStateException under the conditions of {@link #onEventLoop(ConnectionHandler)}
     */
    public static <T extends @Nullable Object> CompletableFuture<T> onEventLoop(
            StreamConnection connection, Callable<? extends T> code) {
        requireEventLoop();
        return Task.start(connection.core(), code);
    }

    /**
     * Runs code without a result on a connection's event loop; see {@link #onEventLoop(StreamConnection, Callable)}.
     *
     * @param connection the connection whose event loop runs the code
     * @param code straight-line code that may await
     * @return completes when the code has ended
     * @throws IllegalStateException under the conditions of {@link #onEventLoop(ConnectionHandler)}
     */
    public static CompletableFuture<Void> onEventLoop(StreamConnection connection, Steps code) {
        return onEventLoop(connection, code.asCallable());
    }

    /**
     * Runs code concurrently with the caller, on the same kind of thread: on the same event loop, on another virtual
     * thread, or on another platform thread.
     *
     * <p>Completes, fails and reacts to cancellation and timeouts as {@link #onEventLoop(StreamConnection, Callable)}
     * does. The task belongs to its creator: when a handler returns or its server shuts down, tasks that the handler
     * has not ended keep running until they use a closed connection. Use a {@link TaskGroup} for tasks that must end
     * together. Source: asyncio's {@code create_task}.
     *
     * @param <T> the type of the result
     * @param code straight-line code that may await
     * @return completes with the code's result
     * @throws IllegalStateException on an event loop's own thread, where no code may wait; pass a connection to
     *     {@code onEventLoop} there
     */
    public static <T extends @Nullable Object> CompletableFuture<T> createTask(Callable<? extends T> code) {
        return Task.startBesideCaller(code);
    }

    /**
     * Runs code without a result concurrently with the caller; see {@link #createTask(Callable)}.
     *
     * @param code straight-line code that may await
     * @return completes when the code has ended
     * @throws IllegalStateException on an event loop's own thread, where no code may wait; pass a connection to
     *     {@code onEventLoop} there
     */
    public static CompletableFuture<Void> createTask(Steps code) {
        return createTask(code.asCallable());
    }

    /**
     * Runs steps on the calling thread with one timeout for all of them. For a single operation, use {@code orTimeout}
     * on its future.
     *
     * <p>When the timeout expires, the thread is interrupted, and the {@code await} that it is in cancels the stage
     * that it waits for. An interrupt from elsewhere is passed on unchanged; one that arrives after the timeout may be
     * taken for the timeout's own. On an event loop, steps that compute without waiting are interrupted within half a
     * second after the timeout. Source: asyncio's {@code timeout}.
     *
     * @param <T> the type of the result
     * @param timeout the time that the steps may take together; zero or less expires at once
     * @param steps straight-line code that may await
     * @return the steps' result, even if they return it after the timeout
     * @throws TimeoutException if the timeout's interrupt ended the steps
     * @throws Exception any exception that the steps throw
     */
    public static <T extends @Nullable Object> T withTimeout(Duration timeout, Callable<? extends T> steps)
            throws Exception {
        return Deadline.run(timeout, steps);
    }

    /**
     * Runs steps without a result with one timeout for all of them; see {@link #withTimeout(Duration, Callable)}.
     *
     * @param timeout the time that the steps may take together; zero or less expires at once
     * @param steps straight-line code that may await
     * @throws TimeoutException if the timeout's interrupt ended the steps
     * @throws Exception any exception that the steps throw
     */
    public static void withTimeout(Duration timeout, Steps steps) throws Exception {
        withTimeout(timeout, steps.asCallable());
    }

    /**
     * Returns a factory for threads of the caller's kind: threads on the same event loop, virtual threads, or daemon
     * platform threads. For executors and other code that takes a {@link ThreadFactory}. If an event loop carries the
     * caller, every thread of the factory runs on that loop, whichever thread calls the factory.
     *
     * <pre>{@code
     * try (ExecutorService beside = Executors.newThreadPerTaskExecutor(Await.threadFactory())) {
     *     Future<byte[]> line = beside.submit(() -> await(reader.readLine()));
     * }
     * }</pre>
     *
     * <p>The user of the factory ends its threads: nothing waits for them, and an interrupt cancels their
     * {@code await}.
     *
     * @return a factory for threads that may await
     * @throws IllegalStateException on an event loop's own thread, where no code may wait
     */
    public static ThreadFactory threadFactory() {
        return ThreadsBesideCaller.find("threadFactory()")::newThread;
    }

    // ---- waiting

    /** Waits for an operation inside {@code hasNext} and {@code next}, which throw no checked exceptions. */
    static <T extends @Nullable Object> T inIterator(Supplier<? extends CompletionStage<? extends T>> operation) {
        refuseOnLoopThread("hasNext");
        try {
            return await(operation.get());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (TimeoutException e) {
            throw new UncheckedIOException(new IOException("the operation timed out", e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            CancellationException cancelled = new CancellationException("interrupted while waiting in an iterator");
            cancelled.initCause(e);
            throw cancelled;
        }
    }

    /** Called before an operation begins, so that a refused call has no effect. */
    static void refuseOnLoopThread(String method) {
        if (LoopThreads.isLoopThread()) {
            throw new IllegalStateException(method
                    + "() called on an event loop, which it would block: run this code on a thread of its own"
                    + " (Await.onVirtualThreads, Await.onThreads), or chain on the stage (thenCompose,"
                    + " StreamConnection.repeat)");
        }
    }

    private static <T extends @Nullable Object> T get(CompletableFuture<T> future) throws InterruptedException {
        try {
            return future.isDone() ? future.get() : waitedFor(future);
        } catch (ExecutionException e) {
            Throwable failure = e.getCause() == null ? e : e.getCause();
            AwaitedHere.addTo(failure);
            throw Await.<RuntimeException>sneaky(failure);
        } catch (CancellationException e) {
            AwaitedHere.addTo(e);
            throw e;
        }
    }

    private static <T extends @Nullable Object> T waitedFor(CompletableFuture<T> future)
            throws InterruptedException, ExecutionException {
        Interrupts own = Interrupts.ofCaller();
        int wait = own == null ? Interrupts.NOT_WAITING : own.beginWait();
        boolean isInterrupted = false;
        try {
            if (future instanceof Claimable<T> ours) {
                ours.park(); // or get parks
            }
            return future.get();
        } catch (InterruptedException e) {
            isInterrupted = true;
            throw e;
        } finally {
            if (own != null) {
                own.endWait(wait, isInterrupted);
            }
        }
    }

    /** Returns the outcome of a stage that is complete or about to be, without regard to the thread's interrupt. */
    private static <T extends @Nullable Object> T settled(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (java.util.concurrent.CompletionException e) {
            Throwable failure = StageFailures.unwrapped(e);
            AwaitedHere.addTo(failure);
            throw Await.<RuntimeException>sneaky(failure);
        }
    }

    /** Throws a checked exception without declaring it; the public methods declare the ones that occur. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> X sneaky(Throwable failure) throws X {
        throw (X) failure;
    }
}
