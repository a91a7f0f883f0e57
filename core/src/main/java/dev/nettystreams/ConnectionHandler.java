package dev.nettystreams;

import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/**
 * A conversation with one peer, in straight-line code: the {@code client_connected_cb} of asyncio's servers.
 *
 * <p>A lambda given to a server runs on a virtual thread of its own where Java has them (21 and later), on an ordinary thread otherwise,
 * and may {@linkplain Await#await await}. {@link Await#onVirtualThreads} and {@link Await#onThreads} choose; {@link #callbacks} makes a
 * handler that runs on the event loop and must not wait.
 *
 * <p>The connection is closed when the handler is done. A handler that throws is reported first.
 */
@FunctionalInterface
public interface ConnectionHandler {
    /**
     * Talks to the peer until the conversation is over.
     *
     * @param reader what the peer sends
     * @param writer what the peer is sent
     * @throws Exception anything; it is reported, and the connection closed
     */
    void handle(StreamReader reader, StreamWriter writer) throws Exception;

    /**
     * Starts the conversation where it is to run. Servers call it, on the connection's event loop.
     *
     * @param connection the connection
     * @return completes when the conversation is over
     */
    default CompletionStage<?> start(StreamConnection connection) {
        return Await.start(HandlerThreads.BEST, this, connection);
    }

    /**
     * A conversation written with callbacks.
     *
     * @param callbacks called on the connection's event loop, where it must not block; returns a stage that completes when the
     *     conversation is over
     * @return a handler that runs on the loop
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
