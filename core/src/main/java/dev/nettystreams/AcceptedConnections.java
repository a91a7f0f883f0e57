package dev.nettystreams;

import dev.nettystreams.spi.OpeningPlace;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A server's connections, for code that takes them one after the other: an accept loop, as trio's listeners have it.
 * Pass it to a server as its handler.
 *
 * <pre>{@code
 * try (AcceptedConnections accepted = new AcceptedConnections();
 *         StreamServer server = await(streams.startServer(accepted, "localhost", 8888))) {
 *     for (StreamConnection connection : accepted) {
 *         group.start(() -> talk(connection));
 *     }
 * }
 * }</pre>
 *
 * <p>The code that takes a connection closes it; the server counts it as open until then. Connections that are accepted
 * faster than they are taken wait here, so limit them with the server's {@code maxConnections}. One that its peer
 * leaves before it is taken is taken all the same, because its reads tell, and counts as open until then: peers that
 * come and go cannot fill the memory.
 *
 * <p>Any thread may call any method.
 */
public final class AcceptedConnections implements ConnectionHandler, Iterable<StreamConnection>, AutoCloseable {
    /** @param taken completes when the connection has been taken or aborted */
    private record Waiting(StreamConnection connection, CompletableFuture<Boolean> taken) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(); // guarded by lock
    private final ArrayDeque<Taker> takers = new ArrayDeque<>(); // guarded by lock
    private boolean isClosed; // guarded by lock

    /** Creates an empty queue of connections. */
    public AcceptedConnections() {}

    /**
     * Takes the next connection.
     *
     * <p>Completes when a connection has been accepted; at once if one waits. Fails with {@link StreamClosedException}
     * after {@link #close}. A cancelled call takes no connection. Any number may be pending: connections go to them in
     * the order of the calls.
     *
     * @return completes with a connection that the caller closes
     */
    public CompletableFuture<StreamConnection> accept() {
        Taker taker = new Taker();
        Waiting ready;
        lock.lock();
        try {
            if (!isClosed && waiting.isEmpty()) {
                while (!takers.isEmpty() && takers.element().isDone()) {
                    takers.remove(); // cancelled
                }
                takers.add(taker);
                return taker;
            }
            ready = waiting.poll();
        } finally {
            lock.unlock();
        }
        if (ready == null) {
            taker.completeExceptionally(closed());
        } else {
            taker.take(ready.connection);
            ready.taken.complete(true);
        }
        return taker;
    }

    /** A caller that takes a connection, and in debug mode the place of its call. */
    private static final class Taker extends StreamFuture<StreamConnection> {
        private final @Nullable OpeningPlace place = OpeningPlace.here();

        /** Returns false if it is cancelled. */
        boolean take(StreamConnection connection) {
            StreamConnection handed = place == null ? connection : connection.toBeWatched();
            boolean isTaken = complete(handed);
            if (isTaken && place != null) {
                DebugMode.watch(handed, handed.core(), place);
            }
            return isTaken;
        }
    }

    private static StreamClosedException closed() {
        return new StreamClosedException("accept() called after close()");
    }

    /** Called by servers, for each connection. */
    @Override
    public CompletionStage<?> start(StreamConnection connection) {
        CompletableFuture<Boolean> ended = connection.waitClosed().handle((done, lost) -> true);
        for (Taker taker; ; ) {
            lock.lock();
            try {
                if (isClosed) {
                    connection.abort();
                    return ended;
                }
                taker = takers.poll();
                if (taker == null) {
                    CompletableFuture<Boolean> taken = new CompletableFuture<>();
                    waiting.add(new Waiting(connection, taken));
                    return ended.thenCombine(taken, (isEnded, isTaken) -> true);
                }
            } finally {
                lock.unlock();
            }
            if (taker.take(connection)) { // else it has been cancelled
                return ended;
            }
        }
    }

    /**
     * Not for use: servers call {@link #start start}.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    public void handle(StreamReader reader, StreamWriter writer) {
        throw new UnsupportedOperationException("servers call start()");
    }

    /**
     * Iterates over the connections until {@link #close}. For straight-line code on a thread that may block.
     *
     * <p>{@code hasNext} waits for a connection. It throws {@link CancellationException} if the thread is interrupted,
     * and {@link IllegalStateException} on an event loop's own thread, as {@link Await#await Await.await} does.
     *
     * @return an iterator that shares the connections with every other one
     */
    @Override
    public Iterator<StreamConnection> iterator() {
        return new Iterator<>() {
            private @Nullable StreamConnection next;

            @Override
            public boolean hasNext() {
                if (next == null) {
                    next = fetch();
                }
                return next != null;
            }

            @Override
            public StreamConnection next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("closed");
                }
                StreamConnection connection = next;
                next = null;
                if (connection == null) {
                    throw new NoSuchElementException("closed");
                }
                return connection;
            }
        };
    }

    private @Nullable StreamConnection fetch() {
        try {
            return Await.inIterator(this::accept);
        } catch (StreamClosedException e) {
            return null;
        }
    }

    /**
     * Aborts the connections that no caller has taken, and those that the server still accepts; ends every iteration.
     * Connections that were taken go on. Has no effect if called again.
     */
    @Override
    public void close() {
        ArrayDeque<Waiting> left;
        ArrayDeque<Taker> refused;
        lock.lock();
        try {
            isClosed = true;
            left = new ArrayDeque<>(waiting);
            refused = new ArrayDeque<>(takers);
            waiting.clear();
            takers.clear();
        } finally {
            lock.unlock();
        }
        for (Waiting each : left) {
            each.connection.abort();
            each.taken.complete(true);
        }
        refused.forEach(taker -> taker.completeExceptionally(closed()));
    }
}
