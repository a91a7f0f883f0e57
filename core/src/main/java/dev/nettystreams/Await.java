package dev.nettystreams;

import dev.nettystreams.carrier.CarriedThreads;
import dev.nettystreams.carrier.Interrupts;
import dev.nettystreams.spi.LoopThreads;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code await}, for threads that may block, and the choice of the thread that a handler's straight-line code
 * runs on.
 *
 * <p>For {@code import static dev.nettystreams.Await.await}.
 */
public final class Await {
    private Await() {}

    /**
     * Waits for a stage and gives its result.
     *
     * <p>What the stage failed with is thrown as it is, checked or not; the frames of the code that awaited it are
     * added as a suppressed exception. Checked exceptions other than those declared come through, too. An interrupt
     * cancels the stage: a read then has taken nothing (a stage derived from one, {@code readLine().thenApply(..)},
     * leaves the read pending; one that cannot be cancelled goes on). If the stage completes first, its result is
     * returned and the thread stays interrupted.
     *
     * @param <T> what the stage completes with
     * @param stage what to wait for
     * @return its result
     * @throws IOException if the stage failed with one
     * @throws TimeoutException if the stage failed with one, as {@code orTimeout} makes it
     * @throws InterruptedException if the thread was interrupted first
     * @throws IllegalStateException at once, on an event loop, where waiting would stop every connection of that loop
     */
    public static <T extends @Nullable Object> T await(CompletionStage<T> stage)
            throws IOException, InterruptedException, TimeoutException {
        if (LoopThreads.isLoopThread()) {
            throw new IllegalStateException(
                    "await() called on an event loop, which it would block: run this code on a thread of its own"
                            + " (Await.onVirtualThreads, Await.onThreads), or chain on the stage (thenCompose, StreamConnection.repeat)");
        }
        CompletableFuture<T> future = stage.toCompletableFuture();
        try {
            return get(future);
        } catch (InterruptedException e) {
            boolean isCancelled = future.cancel(false) || future.isCancelled();
            boolean isSettled =
                    future.isDone() || future instanceof Claimable<?>; // claimed: its bytes are on their way
            if (isCancelled || !isSettled) {
                Interrupts.failIfPinned("await()", e);
                throw e;
            }
            Interrupts.keepInterrupt();
            return settled(future);
        }
    }

    /**
     * Runs a handler on a virtual thread for each connection.
     *
     * @param handler straight-line code that may await
     * @return the handler to give to a server
     * @throws IllegalStateException before Java 21
     */
    public static ConnectionHandler onVirtualThreads(ConnectionHandler handler) {
        return on(HandlerThreads.VIRTUAL, handler);
    }

    /**
     * Runs a handler on an ordinary daemon thread for each connection.
     *
     * @param handler straight-line code that may await
     * @return the handler to give to a server
     */
    public static ConnectionHandler onThreads(ConnectionHandler handler) {
        return on(HandlerThreads.PLATFORM, handler);
    }

    /**
     * Runs a handler on its connection's event loop, each connection's on a virtual thread that the loop itself
     * schedules: a wait is a suspension and not a hop between threads, and all that a loop's handlers do is done one
     * after the other, as in asyncio.
     *
     * <p>What blocks (a lock, a queue, {@code Thread.sleep}, another library's sockets) parks the handler and not the
     * loop, where the JDK can. Code that computes for long holds up all of the loop's connections; so does a wait that
     * the JDK cannot take off the loop's thread: within a class initializer or, before Java 24, {@code synchronized},
     * and in native code, which is how a read from a child process, a FIFO, {@code System.in} or a file waits. Such a
     * wait is logged, with the thread and its frames. The way out is a platform thread (a virtual one that the handler
     * makes runs on the loop, too):
     *
     * <pre>{@code
     * static final Executor BLOCKING = Executors.newCachedThreadPool();
     *
     * List<String> lines =
     *         await(CompletableFuture.supplyAsync(() -> process.inputReader().lines().toList(), BLOCKING));
     * }</pre>
     *
     * <p>Netty's own methods may be called, and take effect when the handler waits.
     *
     * @param handler straight-line code that may await
     * @return the handler to give to a server
     * @throws IllegalStateException before Java 21, or without {@code --add-opens java.base/java.lang=ALL-UNNAMED} (on
     *     the module path {@code =dev.nettystreams.core}); the message says what to do
     */
    public static ConnectionHandler onEventLoop(ConnectionHandler handler) {
        requireEventLoop();
        return on(handler, connection -> Task.start(connection.core(), talk(handler, connection)));
    }

    /**
     * Whether {@link #onEventLoop} is to be had here.
     *
     * @return true from Java 21 on, with {@code java.lang} opened
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
            CarriedThreads.prepare(); // on a loop the task waits for it
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
        return Task.start(threads, talk(handler, connection));
    }

    @SuppressWarnings("NullAway") // Void has no other value
    private static Callable<Void> talk(ConnectionHandler handler, StreamConnection connection) {
        return () -> {
            handler.handle(connection.reader(), connection.writer());
            return null;
        };
    }

    // ---- tasks

    /**
     * Runs code on a connection's event loop; see {@link #onEventLoop(ConnectionHandler)}. The connection need not have
     * been accepted by a server, and goes on when the code has ended.
     *
     * <p>Completes with what the code returns; fails with what it throws. Settled by its holder, with {@code cancel} or
     * {@code orTimeout}, it interrupts the code, whose {@code await} then cancels what it waits for.
     *
     * @param <T> what the code returns
     * @param connection whose loop is to run it
     * @param code straight-line code that may await
     * @return the code's outcome
     * @throws IllegalStateException as for handlers
     */
    public static <T extends @Nullable Object> CompletableFuture<T> onEventLoop(
            StreamConnection connection, Callable<? extends T> code) {
        requireEventLoop();
        return Task.start(connection.core(), code);
    }

    /**
     * Runs code without a result on a connection's event loop; see {@link #onEventLoop(StreamConnection, Callable)}.
     *
     * @param connection whose loop is to run it
     * @param code straight-line code that may await
     * @return completes when the code has ended
     * @throws IllegalStateException as for handlers
     */
    public static CompletableFuture<Void> onEventLoop(StreamConnection connection, Steps code) {
        return onEventLoop(connection, code.asCallable());
    }

    /**
     * Runs code beside the caller, in the caller's way: on the same event loop, on another virtual thread, or on
     * another thread (asyncio's {@code create_task}).
     *
     * <p>Completes and ends as {@link #onEventLoop(StreamConnection, Callable)}. It is its maker's: when a handler has
     * ended, or its server has shut down, what the handler began and did not end goes on, until it meets a connection
     * that is closed. For those that are to end together: {@link TaskGroup}.
     *
     * @param <T> what the code returns
     * @param code straight-line code that may await
     * @return the code's outcome
     * @throws IllegalStateException on an event loop's own thread, whose code may not wait: give it a connection
     */
    public static <T extends @Nullable Object> CompletableFuture<T> createTask(Callable<? extends T> code) {
        return Task.startBesideCaller(code, null);
    }

    /**
     * Runs code without a result beside the caller; see {@link #createTask(Callable)}.
     *
     * @param code straight-line code that may await
     * @return completes when the code has ended
     * @throws IllegalStateException on an event loop's own thread, whose code may not wait: give it a connection
     */
    public static CompletableFuture<Void> createTask(Steps code) {
        return createTask(code.asCallable());
    }

    /**
     * Runs steps with one deadline for all of them (asyncio's {@code timeout}), on the calling thread. For a single
     * operation there is {@code orTimeout}.
     *
     * <p>At the deadline the thread is interrupted: the {@code await} that it is in cancels what it waits for. An
     * interrupt from elsewhere comes through as it is, unless it comes after the deadline: then it may be taken for the
     * deadline's. On an event loop, steps that compute without waiting are interrupted within half a second of it.
     *
     * @param <T> what the steps return
     * @param timeout how long they may take
     * @param steps straight-line code that may await
     * @return what they return, also if they come to their end although the time is over
     * @throws TimeoutException if they were interrupted for it
     * @throws Exception what they throw
     */
    public static <T extends @Nullable Object> T withTimeout(Duration timeout, Callable<? extends T> steps)
            throws Exception {
        return Deadline.run(timeout, steps);
    }

    /**
     * Runs steps without a result with one deadline for all of them; see {@link #withTimeout(Duration, Callable)}.
     *
     * @param timeout how long they may take
     * @param steps straight-line code that may await
     * @throws TimeoutException if they were interrupted for it
     * @throws Exception what they throw
     */
    public static void withTimeout(Duration timeout, Steps steps) throws Exception {
        withTimeout(timeout, steps.asCallable());
    }

    /**
     * Makes threads of the caller's kind: on the same event loop, virtual, or ordinary daemon threads. For executors
     * and everything else that takes a {@link ThreadFactory}. A thread on the loop is the loop's, whichever thread asks
     * the factory for it.
     *
     * <pre>{@code
     * try (ExecutorService beside = Executors.newThreadPerTaskExecutor(Await.threadFactory())) {
     *     Future<byte[]> line = beside.submit(() -> await(reader.readLine()));
     * }
     * }</pre>
     *
     * <p>Ending such a thread is its user's business: nothing waits for it, and an interrupt reaches its {@code await}.
     *
     * @return makes threads that may await
     * @throws IllegalStateException on an event loop's own thread, whose code may not wait
     */
    public static ThreadFactory threadFactory() {
        return ThreadsBesideCaller.find("threadFactory()")::newThread;
    }

    // ---- waiting

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
        if (own == null) {
            return parkedFor(future);
        }
        int wait = own.beginWait();
        boolean isInterrupted = false;
        try {
            return parkedFor(future);
        } catch (InterruptedException e) {
            isInterrupted = true;
            throw e;
        } finally {
            own.endWait(wait, isInterrupted);
        }
    }

    private static <T extends @Nullable Object> T parkedFor(CompletableFuture<T> future)
            throws InterruptedException, ExecutionException {
        if (future instanceof Claimable<T> ours) {
            ours.park(); // or get parks
        }
        return future.get();
    }

    /** The outcome of a stage that is complete, whatever the thread's interrupt says. */
    private static <T extends @Nullable Object> T settled(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (java.util.concurrent.CompletionException e) {
            Throwable failure = Repeat.unwrapped(e);
            AwaitedHere.addTo(failure);
            throw Await.<RuntimeException>sneaky(failure);
        }
    }

    /** Throws any exception as unchecked as the compiler believes; the methods above declare what it can be. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <X extends Throwable> X sneaky(Throwable failure) throws X {
        throw (X) failure;
    }
}
