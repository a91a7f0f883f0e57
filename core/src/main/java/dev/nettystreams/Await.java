package dev.nettystreams;

import dev.nettystreams.spi.LoopThreads;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code await}, for threads that may block, and the choice of the thread that a handler's straight-line code runs on.
 *
 * <p>For {@code import static dev.nettystreams.Await.await}.
 */
public final class Await {
    private Await() {}

    /**
     * Waits for a stage and gives its result.
     *
     * <p>What the stage failed with is thrown as it is, checked or not; the frames of the code that awaited it are added as a suppressed
     * exception. Checked exceptions other than those declared come through, too. An interrupt cancels the stage: a read then has taken
     * nothing (a stage derived from one, {@code readLine().thenApply(..)}, leaves the read pending). If the stage completes first, its
     * result is returned and the thread stays interrupted.
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
            if (future.cancel(false) || future.isCancelled()) {
                throw e;
            }
            Thread.currentThread().interrupt();
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

    private static ConnectionHandler on(HandlerThreads threads, ConnectionHandler handler) {
        if (!threads.isAvailable()) {
            throw new IllegalStateException("virtual threads need Java 21 or later, and this is Java "
                    + Runtime.version().feature() + "; use Await.onThreads");
        }
        return new ConnectionHandler() {
            @Override
            public void handle(StreamReader reader, StreamWriter writer) throws Exception {
                handler.handle(reader, writer);
            }

            @Override
            public CompletionStage<?> start(StreamConnection connection) {
                return threads.start(handler, connection);
            }
        };
    }

    private static <T extends @Nullable Object> T get(CompletableFuture<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            Throwable failure = e.getCause() == null ? e : e.getCause();
            AwaitedHere.addTo(failure);
            throw Await.<RuntimeException>sneaky(failure);
        } catch (CancellationException e) {
            AwaitedHere.addTo(e);
            throw e;
        }
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
