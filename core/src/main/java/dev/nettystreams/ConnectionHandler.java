package dev.nettystreams;

import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/**
 * Straight-line code that handles one connection: the {@code client_connected_cb} of asyncio's servers.
 *
 * <p>A lambda passed to a server runs on a thread of its own, virtual from Java 21 on and a platform thread before, and
 * may {@linkplain Await#await await}. {@link Await#onVirtualThreads Await.onVirtualThreads},
 * {@link Await#onThreads Await.onThreads} and {@link Await#onEventLoop(ConnectionHandler)} choose the thread;
 * {@link #callbacks callbacks} creates a handler that runs on the event loop and must not wait.
 *
 * <p>The connection is closed when the handler has ended. If the handler throws, the failure is reported first.
 */
@FunctionalInterface
public interface ConnectionHandler {
    /**
     * Handles the connection until the conversation with the peer is over.
     *
     * @param reader the bytes that the peer sends
     * @param writer takes the bytes for the peer
     * @throws Exception any exception; it is reported, and the connection is closed
     */
    void handle(StreamReader reader, StreamWriter writer) throws Exception;

    /**
     * Starts the handler on the thread where it is to run. Servers call this on the connection's event loop.
     *
     * @param connection the connection to handle
     * @return completes when the handler has ended
     */
    default CompletionStage<?> start(StreamConnection connection) {
        return Task.start(HandlerThreads.BEST, () -> {
            handle(connection.reader(), connection.writer());
            return true;
        });
    }

    /**
     * Creates a handler from code written with callbacks.
     *
     * @param callbacks called on the connection's event loop, where it must not block; returns a stage that completes
     *     when the handler has ended
     * @return a handler that runs on the event loop
     */
    static ConnectionHandler callbacks(
            BiFunction<? super StreamReader, ? super StreamWriter, ? extends CompletionStage<?>> callbacks) {
        return new ConnectionHandler() {
            @Override
            public void handle(StreamReader reader, StreamWriter writer) throws Exception {
                Await.await(callbacks.apply(reader, writer));
            }

            @Override
            public CompletionStage<?> start(StreamConnection connection) {
                return callbacks.apply(connection.reader(), connection.writer());
            }
        };
    }
}
