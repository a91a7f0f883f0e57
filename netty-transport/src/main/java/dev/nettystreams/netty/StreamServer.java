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
 * Listens, and runs a {@link ConnectionHandler} for each connection (asyncio's {@code Server}).
 *
 * <pre>
 *   LISTENING --startServing--> SERVING --close--> CLOSED (connections go on)
 *                                                    \__the last one ends--> waitClosed completes
 * </pre>
 *
 * <p>Three ways to end: {@link #close} stops accepting and leaves the conversations alone; {@link #shutdown} lets them
 * finish, within a time; {@link #abortClients} cuts them off. In {@code try}-with-resources it is {@code close}.
 *
 * <p>A server whose listening socket is closed by somebody else, as by the owner of the event loops who shuts them
 * down, closes.
 *
 * <p>Any thread may call any method. Every future is the caller's own: cancelling it changes nothing here, save that of
 * {@link #serveForever}.
 */
public final class StreamServer implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger("dev.nettystreams");
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final ConnectionHandler handler;
    private final ServerOptions options;
    private final Acceptor acceptor;
    private final ConnectionSet connections;
    private volatile boolean isCutOff;
    private final Map<StreamConnection, CompletableFuture<Void>> conversations = new ConcurrentHashMap<>();
    private final ConnectionSet ownConnections = new ConnectionSet();
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
        this.acceptor = new Acceptor(group, limits, options.maxConnections(), this::accepted);
    }

    /** The handler to put on a listening channel before it is bound. */
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
            close(); // its loop may be gone, and with it whoever would have told us
        }
    }

    private void accepted(StreamConnection connection) {
        if (!ownConnections.add(connection)) {
            connection.abort(); // closed meanwhile
            acceptor.connectionEnded();
            return;
        }
        if (!connections.add(connection)) {
            connection.abort(); // the streams were closed meanwhile; its handler is told by the abort
        }
        CompletableFuture<Void> conversation = conversationOver(connection);
        conversations.put(connection, conversation);
        if (isCutOff) {
            cutOff(connection, conversation); // it was accepted when the others were
        }
        conversation.whenComplete((done, failure) -> {
            conversations.remove(connection);
            connections.remove(connection);
            ownConnections.remove(connection);
            acceptor.connectionEnded();
        });
    }

    private CompletableFuture<Void> conversationOver(StreamConnection connection) {
        try {
            return connection.serve(handler, options.reporter());
        } catch (Throwable e) { // it would be counted for ever
            connection.abort();
            LOGGER.log(Level.WARNING, () -> "could not serve " + connection, e);
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Begins to accept; without effect when it has begun.
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
     * Begins to accept, and waits until the server is closed.
     *
     * <p>Completes after {@link #close}. Cancelling it, or ending it otherwise ({@code orTimeout}), closes the server,
     * as it does in asyncio.
     *
     * @return completes when the server is closed
     * @throws IllegalStateException if an earlier call is waiting
     * @throws StreamClosedException if the server is closed already
     */
    public CompletableFuture<Void> serveForever() {
        startServing();
        if (!isServingForever.compareAndSet(false, true)) {
            throw new IllegalStateException("serveForever() called while another call is waiting");
        }
        CompletableFuture<Void> serving = closed.copy();
        serving.whenComplete((done, ended) -> close());
        return serving;
    }

    /**
     * Whether new connections are accepted.
     *
     * @return true from {@code startServing} to {@code close}
     */
    public boolean isServing() {
        return isServing.get() && !isClosing.get();
    }

    /**
     * What the server listens on.
     *
     * @return one address for each that was asked for; none once it is closed
     */
    public List<SocketAddress> addresses() {
        if (isClosing.get()) {
            return List.of();
        }
        SocketAddress unix = unixAddress;
        return unix != null
                ? List.of(unix)
                : listeners.stream().flatMap(StreamServer::addressesOf).toList();
    }

    private static Stream<SocketAddress> addressesOf(Channel listener) {
        SocketAddress address = listener.localAddress();
        TakenAddresses taken = listener.attr(Acceptor.TAKEN).get();
        return taken != null && address instanceof InetSocketAddress bound
                ? taken.at(bound.getPort())
                : Stream.of(address);
    }

    /**
     * The TCP port, the same on every address.
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
     * Stops listening, and removes the Unix socket's file if it is still this server's. Conversations go on. Without
     * effect when called again. Whoever tries to connect after this method has returned is refused; on an event loop,
     * or if its own loops are held up for longer than five seconds, it returns a moment earlier.
     */
    @Override
    public void close() {
        close(Patience.of(CLOSE_TIMEOUT));
    }

    /** @param patience how long to wait for the event loops */
    @SuppressWarnings("NullAway") // Void has no other value
    void close(Patience patience) {
        if (!isClosing.compareAndSet(false, true)) {
            if (!LoopThreads.isLoopThread()) {
                patience.await(closed); // somebody else is at it
            }
            return;
        }
        try {
            stopListening(patience);
        } finally {
            closed.complete(null); // last: whoever waits for it may end the event loops
        }
    }

    private void stopListening(Patience patience) {
        ownConnections.seal();
        acceptor.close();
        listeners.forEach(Channel::close);
        List<ChannelFuture> closing =
                listeners.stream().map(Channel::closeFuture).toList();
        if (!LoopThreads.isLoopThread()) {
            Listening.awaitClosed(closing, patience);
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
     * Stops listening, lets the conversations end well, and cuts off those that have not by the deadline.
     *
     * <p>Readers see EOF behind what has arrived, so a handler that waits for the next request ends, and one that is
     * answering finishes its answer; connections close when what was written is sent. Whoever is cut off has its
     * connection aborted, and its handler is asked to end: one on a thread, be it virtual or on the event loop, is
     * interrupted. Completes when no connection and no handler is left. Cancelling the future, or giving it a timeout
     * of its own, changes nothing here.
     *
     * @param timeout how long the conversations may take; zero cuts them off at once
     * @return completes when everything of the server has ended
     */
    public CompletableFuture<Void> shutdown(Duration timeout) {
        long timeoutNanos = Math.max(0, Timeouts.saturatedNanos(Objects.requireNonNull(timeout, "timeout")));
        close();
        for (StreamConnection connection : ownConnections.snapshot()) {
            connection.reader().feedEof();
        }
        CompletableFuture<Void> ended = waitClosed();
        waitClosed() // not the caller's, who may cancel it or give it a time of its own
                .orTimeout(timeoutNanos, TimeUnit.NANOSECONDS)
                .whenComplete((done, late) -> {
                    if (late != null) {
                        cutOff();
                    }
                });
        return ended;
    }

    /** Handlers that wait for their connection end by its failure, which is theirs to report; the others are told then. */
    private void cutOff() {
        isCutOff = true;
        abortClients();
        conversations.forEach(StreamServer::cutOff);
    }

    private static void cutOff(StreamConnection connection, CompletableFuture<Void> conversation) {
        connection.waitClosed().whenComplete((done, lost) -> conversation.cancel(true));
    }

    /** Closes every connection gracefully: what was written is sent, readers see EOF. */
    public void closeClients() {
        ownConnections.snapshot().forEach(StreamConnection::close);
    }

    /** Closes every connection at once, dropping what was not sent. */
    public void abortClients() {
        ownConnections.snapshot().forEach(StreamConnection::abort);
    }

    /**
     * Waits until the server is closed and its last conversation has ended; brings neither about.
     *
     * @return completes when nothing of the server is left
     */
    public CompletableFuture<Void> waitClosed() {
        return closed.thenCompose(done -> ownConnections.whenEmpty());
    }

    /**
     * How many connections are open.
     *
     * @return a number that may be old when you read it
     */
    public int connectionCount() {
        return ownConnections.size();
    }

    @Override
    public String toString() {
        return "StreamServer[" + (isClosing.get() ? "closed" : addresses()) + (isServing() ? ", serving" : "") + "]";
    }
}
