package dev.nettystreams;

import dev.nettystreams.spi.OpeningPlace;
import dev.nettystreams.spi.Transport;
import java.lang.ref.Reference;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A reader and a writer over one connection.
 *
 * <p>{@code try}-with-resources closes the connection at the end of the block: gracefully, in the background, within
 * {@link StreamLimits#closeTimeout}. To make sure that everything was sent, call
 * {@code await(connection.writer().flush())} before the end of the block, or {@code await(connection.waitClosed())}
 * after it.
 *
 * <p>Any thread may call any method.
 */
public final class StreamConnection implements AutoCloseable {
    private final StreamCore core;
    private final StreamReader reader;
    private final StreamWriter writer;
    private final boolean isWatched;

    /** @param isWatched whether debug mode finds out that the program drops this object */
    private StreamConnection(StreamCore core, boolean isWatched) {
        this.core = core;
        this.isWatched = isWatched;
        this.reader = new StreamReader(core, this);
        this.writer = new StreamWriter(core, this);
    }

    /**
     * Creates streams over a transport and starts the transport. For authors of transports; applications open
     * connections with the methods of their transport module.
     *
     * @param transport a transport that has not been started
     * @param limits the connection's limits
     * @return the connection, ready for use
     */
    public static StreamConnection over(Transport transport, StreamLimits limits) {
        return over(transport, limits, OpeningPlace.here());
    }

    /**
     * Creates streams over a transport and starts the transport, as {@link #over(Transport, StreamLimits)} does, for a
     * transport that opens connections in another place than the program's call.
     *
     * @param transport a transport that has not been started
     * @param limits the connection's limits
     * @param opened the place that debug mode names if the program drops the connection without {@code close}; null if
     *     the transport closes the connection itself
     * @return the connection, ready for use
     */
    public static StreamConnection over(Transport transport, StreamLimits limits, @Nullable OpeningPlace opened) {
        StreamCore core = new StreamCore(transport, limits);
        core.start();
        StreamConnection connection = new StreamConnection(core, opened != null);
        if (opened != null) {
            DebugMode.watch(connection, core, opened);
        }
        return connection;
    }

    /**
     * Returns an object for the same connection that debug mode does not watch. For authors of transports: a list of
     * open connections that held the program's own object would keep debug mode from finding that the program has
     * dropped it.
     *
     * @return this object, if debug mode does not watch it
     */
    public StreamConnection unwatched() {
        return isWatched ? new StreamConnection(core, false) : this;
    }

    /** Returns an object for the same connection that the caller passes to {@link DebugMode#watch}. */
    StreamConnection toBeWatched() {
        return new StreamConnection(core, true);
    }

    /**
     * Makes a pending operation hold this object if debug mode watches it: the program may hold nothing else, and goes
     * on when the operation completes.
     */
    @SuppressWarnings("ReachabilityFenceUsage") // the callback itself is the fence: nothing runs before it
    <F extends CompletableFuture<?>> F held(F operation) {
        if (isWatched && !operation.isDone()) {
            operation.whenComplete((result, failure) -> Reference.reachabilityFence(this));
        }
        return operation;
    }

    /**
     * Returns the incoming half.
     *
     * @return the same reader every time
     */
    public StreamReader reader() {
        return reader;
    }

    /**
     * Returns the outgoing half.
     *
     * @return the same writer every time
     */
    public StreamWriter writer() {
        return writer;
    }

    /**
     * Returns the address of the peer.
     *
     * @return an {@link java.net.InetSocketAddress} for TCP, the transport's kind of address for Unix sockets, whose
     *     clients usually have no name; null if the transport has no addresses
     */
    public @Nullable SocketAddress peerAddress() {
        return address("peername");
    }

    /**
     * Returns this side's own address.
     *
     * @return as {@link #peerAddress}
     */
    public @Nullable SocketAddress localAddress() {
        return address("sockname");
    }

    private @Nullable SocketAddress address(String name) {
        return core.transport.extraInfo(name) instanceof SocketAddress address ? address : null;
    }

    /**
     * Returns the limits that apply now.
     *
     * @return the limits that the connection was opened with, or the last ones that it was given
     */
    public StreamLimits limits() {
        return core.limits();
    }

    /**
     * Returns the counts of this connection: bytes, pauses, waits, handshakes. They are counted always, at no cost
     * worth mentioning.
     *
     * @return the live counts, the same object every time
     */
    public ConnectionMetrics metrics() {
        return core.probe.metrics;
    }

    /**
     * Changes the limits of the living connection, such as the read limit after a login, or the write marks (asyncio's
     * {@code set_write_buffer_limits}).
     *
     * <p>The read limit applies to reads that are called afterwards. A {@code drain} that waits completes at the new
     * low mark: at once if no more bytes are buffered. A later {@code drain} waits if more bytes than the new high mark
     * are buffered; on another thread than the loop's, once the loop has set the limits. The close timeout applies to a
     * {@code close} that is called afterwards. Has no effect on a connection that has ended.
     *
     * @param limits the new limits
     */
    public void setLimits(StreamLimits limits) {
        core.setLimits(Objects.requireNonNull(limits, "limits"));
    }

    /**
     * Runs {@code while (await(step.get())) {}} on the connection's event loop: the loop construct for programs written
     * with callbacks.
     *
     * <p>Completes when a step completes with false. Fails with the exception that a step throws or fails with. A
     * cancelled call starts no further step; the current step goes on. Any number may be pending.
     *
     * <p>Ten million steps that complete at once neither overflow the stack nor starve the loop's other connections:
     * after a few hundred of them the loop serves its other connections.
     *
     * @param step one iteration, called on the event loop; its stage completes with true to go on
     * @return completes after the last step
     */
    public CompletableFuture<Void> repeat(Supplier<? extends CompletionStage<Boolean>> step) {
        return new Repeat(core.loop, step).begin();
    }

    /**
     * Makes two connections one tunnel: moves every byte in both directions until both sides have ended, then closes
     * both. For proxies. The tunnel owns both connections from the call on.
     *
     * <p>The end of one side is passed on, and the other direction goes on. If the side to be told
     * {@linkplain StreamWriter#canWriteEof does not support half-close}, a client is closed as soon as the server has
     * ended, and a server may go on for 60 s after the client has ended. Backpressure applies in both directions, and
     * no byte is copied if both connections share an event loop.
     *
     * <p>Completes when both sides have ended, with every byte written; the two {@code close} calls go on by
     * themselves. Fails if either connection is lost or closed, with that side's exception. A call that fails, is
     * cancelled or times out aborts both connections, so that no peer takes the loss for an orderly end.
     *
     * @param client the side that opened the conversation
     * @param server the side that it is relayed to; may belong to another event loop
     * @return the number of bytes that went in each direction
     * @throws ConcurrentReadException if a read of either connection is pending
     * @throws IllegalArgumentException if both sides are the same connection
     */
    public static CompletableFuture<RelayCounts> relay(StreamConnection client, StreamConnection server) {
        return client.held(server.held(Tunnel.begin(client.core, server.core, null)));
    }

    /**
     * Makes two connections one tunnel with an idle timeout; see {@link #relay(StreamConnection, StreamConnection)}.
     *
     * <p>Also fails with {@link java.util.concurrent.TimeoutException} when no byte has passed in either direction for
     * the idle timeout, or up to a quarter longer.
     *
     * @param client the side that opened the conversation
     * @param server the side that it is relayed to; may belong to another event loop
     * @param idleTimeout the time without a byte after which the tunnel ends; more than zero
     * @return the number of bytes that went in each direction
     * @throws ConcurrentReadException if a read of either connection is pending
     * @throws IllegalArgumentException if both sides are the same connection, or {@code idleTimeout} is zero or less
     */
    public static CompletableFuture<RelayCounts> relay(
            StreamConnection client, StreamConnection server, Duration idleTimeout) {
        if (idleTimeout.isZero() || idleTimeout.isNegative()) {
            throw new IllegalArgumentException("idleTimeout <= 0: " + idleTimeout);
        }
        return client.held(server.held(Tunnel.begin(client.core, server.core, idleTimeout)));
    }

    /** Closes gracefully, without waiting: see {@link StreamWriter#close}. */
    @Override
    public void close() {
        core.close();
    }

    /** Discards the buffered bytes and closes at once: see {@link StreamWriter#abort}. */
    public void abort() {
        core.abort();
    }

    /**
     * Waits until the connection has ended: see {@link StreamWriter#waitClosed}.
     *
     * @return completes when the connection has ended without losing bytes
     */
    public CompletableFuture<Void> waitClosed() {
        return core.waitClosed();
    }

    /**
     * Ends the streams and leaves the transport open for another owner. For authors of transports; over Netty,
     * applications call {@code StreamChannelHandler.handBack}, which calls this method.
     *
     * <p>Completes when everything written has been handed to the operating system, with the received bytes that no
     * read has consumed. If the peer has already ended its output, the transport must report that to the new owner.
     * Fails as {@link StreamWriter#flush} does, and with {@link StreamBrokenException} if the peer has not accepted the
     * bytes within {@link StreamLimits#closeTimeout}; the connection is then aborted. Cancelling the call, or closing
     * the connection while it is pending, aborts the connection too. Every read and write after the call throws
     * {@link StreamClosedException}.
     *
     * @return the unread bytes
     * @throws ConcurrentReadException if a read is pending
     * @throws StreamClosedException if this side has ended the output
     */
    public CompletableFuture<byte[]> detach() {
        return Detachment.begin(core);
    }

    /**
     * Runs a handler over this connection: starts it, reports its failure unless it was cancelled, and closes the
     * connection when the handler has ended, however it ends. For authors of servers.
     *
     * <p>Completes when the handler has ended and the connection is gone; never fails. Cancelling the returned future
     * asks the handler to end: its stage is cancelled, and a handler that runs on a thread of its own is interrupted.
     * The future then completes when the handler has ended.
     *
     * @param handler the handler to run
     * @param reporter called once if the handler fails; an exception that the reporter throws is discarded
     * @return completes when the handler and the connection have ended
     */
    public CompletableFuture<Void> serve(ConnectionHandler handler, FailureReporter reporter) {
        return new Conversation(this, reporter).run(handler);
    }

    @Override
    public String toString() {
        return "StreamConnection[" + core + "]";
    }

    StreamCore core() {
        return core;
    }
}
