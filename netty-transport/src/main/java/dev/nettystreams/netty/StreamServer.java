package dev.nettystreams.netty;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.spi.LoopThreads;
import dev.nettystreams.spi.Timeouts;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A listening server that runs a {@link ConnectionHandler} for each connection (asyncio's {@code Server}).
 *
 * <pre>
 *   LISTENING --startServing--> SERVING --close--> CLOSED (connections go on)
 *                                                    \__the last one ends--> waitClosed completes
 * </pre>
 *
 * <p>There are three ways to end a server: {@link #close} stops accepting and leaves the open connections alone;
 * {@link #shutdown shutdown} lets their handlers finish, up to a timeout; {@link #abortClients} aborts the connections.
 * {@code try}-with-resources calls {@code close}.
 *
 * <p>If another party closes the listening socket, for instance by shutting down the event loops, the server closes.
 *
 * <p>Any thread may call any method. Any number of futures may be pending, and cancelling one has no effect on the
 * server. The exception is {@link #serveForever}.
 */
public final class StreamServer implements AutoCloseable {
    static final System.Logger LOGGER = System.getLogger("dev.nettystreams");
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final ConnectionHandler handler;
    private final ServerOptions options;
    private final Acceptor acceptor;
    private final ConnectionSet connections;
    private volatile boolean isCutOff;
    private volatile boolean isShuttingDown; // before it closes
    private final Map<StreamConnection, CompletableFuture<Void>> conversations = new ConcurrentHashMap<>();
    private final ConnectionSet ownConnections = new ConnectionSet();
    private final ServerMetrics metrics = new ServerMetrics(ownConnections);
    private final List<Channel> listeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean isServing = new AtomicBoolean();
    private final AtomicBoolean isServingForever = new AtomicBoolean();
    private final AtomicBoolean isClosing = new AtomicBoolean();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private volatile @Nullable UnixSocketGuard unixSocket;
    private volatile @Nullable SocketAddress unixAddress;

    StreamServer(
            EventLoopGroup group,
            StreamLimits limits,
            ConnectionHandler handler,
            ServerOptions options,
            ConnectionSet connections) {
        this.handler = options.tls() == null ? handler : new SecureHandler(options.tls(), handler);
        this.options = options;
        this.connections = connections;
        this.acceptor = new Acceptor(group, limits, options, this::accepted, metrics);
    }

    /** Returns the handler for a listening channel, to be added before the channel is bound. */
    Acceptor acceptor() {
        return acceptor;
    }

    void listenOn(Channel listener) {
        add(listener, null);
    }

    void listenOnUnix(Channel listener, SocketAddress address, @Nullable UnixSocketGuard guard) {
        unixAddress = address;
        unixSocket = guard;
        add(listener, address);
    }

    private void add(Channel listener, @Nullable SocketAddress publicAddress) {
        listeners.add(listener);
        acceptor.listenOn(listener, publicAddress);
        listener.closeFuture().addListener(closedByAnybody -> close());
        if (!listener.isOpen()) {
            close(); // if its loop has ended, the listener above is never called
        }
    }

    private void accepted(StreamConnection connection) {
        if (!ownConnections.add(connection)) {
            connection.abort(); // closed meanwhile
            metrics.refused();
            acceptor.connectionEnded();
            return;
        }
        metrics.accepted(connection.metrics());
        if (!connections.add(connection)) {
            connection.abort(); // the streams were closed meanwhile; the handler sees the abort
        }
        CompletableFuture<Void> conversation = conversationOver(connection);
        conversations.put(connection, conversation);
        if (isCutOff) {
            cutOff(connection, conversation); // accepted while the other connections were being aborted
        }
        conversation.whenComplete((done, failure) -> {
            conversations.remove(connection);
            connections.remove(connection);
            metrics.ended(connection.metrics()); // before the last connection completes waitClosed
            ownConnections.remove(connection);
            acceptor.connectionEnded();
        });
    }

    private CompletableFuture<Void> conversationOver(StreamConnection connection) {
        try {
            return connection.serve(handler, this::report);
        } catch (Throwable e) { // otherwise the connection would be counted for ever
            connection.abort();
            LOGGER.log(Level.WARNING, () -> "could not serve " + connection, e);
            return CompletableFuture.failedFuture(e);
        }
    }

    private void report(StreamConnection connection, Throwable failure) {
        metrics.failed();
        options.reporter().report(connection, failure);
    }

    /**
     * Starts accepting connections. Has no effect if called again.
     *
     * @throws StreamClosedException if the server is closed
     */
    public void startServing() {
        if (!startUnlessClosed()) {
            throw new StreamClosedException("the server is closed");
        }
    }

    boolean startUnlessClosed() {
        if (isClosing.get()) {
            return false;
        }
        if (isServing.compareAndSet(false, true)) {
            acceptor.start();
        }
        return true;
    }

    /**
     * Starts accepting connections and waits until the server is closed or shut down.
     *
     * <p>Completes after {@link #close}, whose connections go on; and after {@link #shutdown shutdown}, when its last
     * handler and connection have ended, so that a program which then closes its streams cuts off no answer. Cancelling
     * the returned future, or a timeout of it ({@code orTimeout}), closes the server. Only one call may be pending.
     * Source: asyncio's {@code serve_forever}.
     *
     * @return completes when the server is closed, or its shutdown has ended
     * @throws IllegalStateException if an earlier call is pending
     * @throws StreamClosedException if the server is closed already
     */
    public CompletableFuture<Void> serveForever() {
        startServing();
        if (!isServingForever.compareAndSet(false, true)) {
            throw new IllegalStateException("serveForever() called while another call is waiting");
        }
        CompletableFuture<Void> serving =
                closed.thenCompose(done -> isShuttingDown ? ownConnections.whenEmpty() : closed);
        serving.whenComplete((done, ended) -> close());
        return serving;
    }

    /**
     * Returns whether the server accepts connections.
     *
     * @return true from {@code startServing} to {@code close}
     */
    public boolean isServing() {
        return isServing.get() && !isClosing.get();
    }

    /**
     * Returns the addresses that the server listens on.
     *
     * @return one address for each requested address; none once the server is closed
     */
    public List<SocketAddress> addresses() {
        if (isClosing.get()) {
            return List.of();
        }
        SocketAddress unix = unixAddress;
        return unix != null
                ? List.of(unix)
                : listeners.stream()
                        .flatMap(StreamServer::addressesOf)
                        .distinct()
                        .toList();
    }

    private static Stream<SocketAddress> addressesOf(Channel listener) {
        SocketAddress address = listener.localAddress();
        TakenAddresses taken = listener.attr(Acceptor.TAKEN).get();
        return taken != null && address instanceof InetSocketAddress bound
                ? taken.at(bound.getPort())
                : Stream.of(address);
    }

    /**
     * Returns the TCP port, which is the same on every address.
     *
     * @return the port, also after {@code close}; -1 for a Unix socket
     */
    public int port() {
        for (Channel listener : listeners) {
            if (listener.localAddress() instanceof InetSocketAddress address) {
                return address.getPort();
            }
        }
        return -1;
    }

    /**
     * Stops listening, and removes the file of the Unix socket if it still belongs to this server. Open connections go
     * on. Has no effect if called again.
     *
     * <p>When this method has returned, new connections are refused. It returns a little earlier on an event loop, and
     * if the server's own event loops do not respond within five seconds.
     */
    @Override
    public void close() {
        close(TimeBudget.of(CLOSE_TIMEOUT));
    }

    /** @param budget the time to wait for the event loops */
    @SuppressWarnings("NullAway") // Void has no other value
    void close(TimeBudget budget) {
        if (!isClosing.compareAndSet(false, true)) {
            if (!LoopThreads.isLoopThread()) {
                budget.await(closed); // another thread is closing the server
            }
            return;
        }
        try {
            stopListening(budget);
        } finally {
            closed.complete(null); // last: a waiting caller may end the event loops
        }
    }

    private void stopListening(TimeBudget budget) {
        ownConnections.seal();
        acceptor.close();
        listeners.forEach(Channel::close);
        List<ChannelFuture> closing =
                listeners.stream().map(Channel::closeFuture).toList();
        if (!LoopThreads.isLoopThread()) {
            Listening.awaitClosed(closing, budget);
        }
        UnixSocketGuard guard = unixSocket;
        if (guard != null) {
            try {
                guard.remove();
            } catch (IOException e) {
                LOGGER.log(Level.WARNING, () -> "could not remove the Unix socket " + unixAddress, e);
            }
        }
    }

    /**
     * Stops listening, lets the handlers finish, and aborts the connections that are still open at the timeout.
     *
     * <p>Completes when no connection and no handler is left. Readers see the bytes received so far, then EOF: a
     * handler that waits for the next request ends, and one that is answering finishes its answer. Each connection
     * closes when its output has been sent. At the timeout, remaining connections are aborted and their handlers
     * cancelled; a handler that runs on a thread, virtual, platform or on the event loop, is interrupted. Cancelling
     * the returned future, or a timeout of it, has no effect on the shutdown.
     *
     * @param timeout the time that the handlers may take; zero aborts the connections at once
     * @return completes when every connection and handler of the server has ended
     */
    public CompletableFuture<Void> shutdown(Duration timeout) {
        long timeoutNanos = Math.max(0, Timeouts.saturatedNanos(Objects.requireNonNull(timeout, "timeout")));
        isShuttingDown = true;
        close();
        for (StreamConnection connection : ownConnections.snapshot()) {
            connection.reader().feedEof();
        }
        CompletableFuture<Void> ended = waitClosed();
        waitClosed() // not the returned future, which its caller may cancel
                .orTimeout(timeoutNanos, TimeUnit.NANOSECONDS)
                .whenComplete((done, late) -> {
                    if (late != null) {
                        cutOff();
                    }
                });
        return ended;
    }

    /**
     * Shuts the server down in good order when the JVM ends: at SIGTERM, at Ctrl-C, and when the program exits. The end
     * of the JVM waits for {@link #shutdown shutdown(timeout)}. If this method is called more than once, the shortest
     * timeout counts. asyncio leaves this to {@code add_signal_handler}.
     *
     * <pre>{@code
     * await(streams.startServer(handler, "localhost", 8888).thenCompose(server ->
     *         server.shutdownAtExit(Duration.ofSeconds(5)).serveForever()));
     * }</pre>
     *
     * @param timeout the time that the handlers may take; zero aborts the connections at once
     * @return this server
     * @throws IllegalStateException if the JVM is ending already
     */
    public StreamServer shutdownAtExit(Duration timeout) {
        ShutdownHook.add(this, Objects.requireNonNull(timeout, "timeout"));
        return this;
    }

    /**
     * A handler that waits for its connection ends with the connection's failure; any other handler is cancelled after
     * it.
     */
    private void cutOff() {
        isCutOff = true;
        abortClients();
        conversations.forEach(StreamServer::cutOff);
    }

    private static void cutOff(StreamConnection connection, CompletableFuture<Void> conversation) {
        connection.waitClosed().whenComplete((done, lost) -> conversation.cancel(true));
    }

    /** Closes every connection gracefully: written bytes are sent, and readers see EOF. */
    public void closeClients() {
        ownConnections.snapshot().forEach(StreamConnection::close);
    }

    /** Closes every connection at once and discards unsent bytes. */
    public void abortClients() {
        ownConnections.snapshot().forEach(StreamConnection::abort);
    }

    /**
     * Waits until the server is closed and its last handler and connection have ended; ends neither.
     *
     * <p>Completes when nothing of the server is left; never fails. Source: asyncio's {@code wait_closed}.
     *
     * @return completes when every connection and handler of the server has ended
     */
    public CompletableFuture<Void> waitClosed() {
        return closed.thenCompose(done -> ownConnections.whenEmpty());
    }

    /**
     * Returns the number of open connections.
     *
     * @return a number that may be outdated when the caller reads it
     */
    public int connectionCount() {
        return ownConnections.size();
    }

    /**
     * Returns the counts of this server: connections, and the bytes, waits and handshakes of all of them.
     *
     * @return the live counts, the same object every time
     */
    public ServerMetrics metrics() {
        return metrics;
    }

    @Override
    public String toString() {
        return "StreamServer[" + (isClosing.get() ? "closed" : addresses()) + (isServing() ? ", serving" : "") + "]";
    }
}
