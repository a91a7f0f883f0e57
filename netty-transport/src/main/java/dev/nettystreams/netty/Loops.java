package dev.nettystreams.netty;

import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.spi.LoopThreads;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.AbstractNioChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * An event loop group, its open connections, servers and pending opens, and the rule for shutting it down. Any thread.
 */
final class Loops {
    private enum Ownership {
        /** {@link #close} ends the group; nothing can be opened afterwards. */
        OWNED,
        /** The group belongs to the caller; nothing can be opened after {@link #close}. */
        BORROWED,
        /** The process shares the group: {@link #close} closes the open connections; later calls can open again. */
        SHARED
    }

    final IoBackend backend;
    final EventLoopGroup group;
    final ConnectionSet connections = new ConnectionSet();

    private final Ownership ownership;
    private final IoBackend.Channels channels;
    private final Map<Object, CompletableFuture<?>> openings = new ConcurrentHashMap<>();
    private final Set<StreamServer> servers = ConcurrentHashMap.newKeySet();
    private final Set<BlockingTransport> blockingTransports = ConcurrentHashMap.newKeySet();
    private final Set<StreamProcess> processes = ConcurrentHashMap.newKeySet();
    private volatile boolean isClosed; // written under this
    private @Nullable Loops unix; // guarded by this; for a backend whose Unix sockets go over another one

    /**
     * @param parent the loops whose connections these run, if these are their companions for Unix sockets; otherwise
     *     null
     */
    private Loops(IoBackend backend, EventLoopGroup group, Ownership ownership, @Nullable Loops parent) {
        this.backend = backend;
        this.group = group;
        this.ownership = ownership;
        this.channels = backend.channels();
        for (EventExecutor loop : group) {
            loop.execute(() -> LoopThreads.mark(new NettyLoop(loop)));
            if (loop instanceof SingleThreadEventExecutor thread) {
                thread.addShutdownHook(() -> (parent == null ? this : parent).ending(loop));
            }
        }
        group.terminationFuture().addListener(ended -> {
            if (parent == null) {
                ended();
            } else {
                parent.buryConnections();
            }
        });
    }

    /**
     * Closes the channels that Netty leaves open when it is told to shut down, without a quiet period, in the middle of
     * a turn that has tasks. Netty then skips the step that closes a loop's channels, and a caller that waits for them
     * would wait for ever.
     */
    private void ending(EventExecutor loop) {
        servers.forEach(StreamServer::close);
        for (StreamConnection connection : connections.snapshot()) {
            if (connection.writer().getExtraInfo("channel") instanceof Channel channel
                    && channel.eventLoop().equals(loop)) {
                channel.close();
                channel.pipeline().fireChannelInactive(); // Netty fires it in a task, which may be too late
            }
        }
        blockingTransportsOn(loop).forEach(BlockingTransport::loopEnded);
    }

    private List<BlockingTransport> blockingTransportsOn(EventExecutor loop) {
        return blockingTransports.stream()
                .filter(transport -> transport.loop().equals(new NettyLoop(loop)))
                .toList();
    }

    /** Fails everything that has not been opened yet, which no one else would report. */
    private void ended() {
        servers.forEach(StreamServer::close);
        processes.forEach(StreamProcess::close);
        failOpenings("the event loops have been shut down");
        buryConnections();
    }

    /**
     * Closes the connections of loops that have terminated and reports their loss. A loop that gets tasks until its
     * last moment may skip its shutdown hooks too, and leave connections open.
     */
    private void buryConnections() {
        for (StreamConnection connection : connections.snapshot()) {
            if (connection.writer().getExtraInfo("channel") instanceof Channel channel
                    && channel.eventLoop().isTerminated()) {
                NettyLoop.inPlaceOf(channel.eventLoop(), () -> bury(channel));
            }
        }
        for (EventExecutor loop : group) {
            if (loop.isTerminated()) {
                NettyLoop.inPlaceOf(loop, () -> blockingTransportsOn(loop).forEach(BlockingTransport::loopEnded));
            }
        }
    }

    private static void bury(Channel channel) {
        try {
            closeSocket(channel);
        } catch (IOException e) {
            // no more can be done to close it
        }
        StreamChannelHandler streams = channel.pipeline().get(StreamChannelHandler.class);
        if (streams != null) {
            streams.loopEnded();
        }
    }

    /** Closes the socket without the channel, which would need its loop to close. */
    private static void closeSocket(Channel channel) throws IOException {
        if (channel instanceof UnixChannel unixChannel) {
            unixChannel.fd().close();
        } else if (channel.unsafe() instanceof AbstractNioChannel.NioUnsafe nio) {
            nio.ch().close();
        }
    }

    static Loops owned(IoBackend backend, int loopCount, boolean daemons) {
        return new Loops(backend, newGroup(backend, loopCount, daemons), Ownership.OWNED, null);
    }

    static Loops borrowed(IoBackend backend, EventLoopGroup group) {
        return new Loops(backend, group, Ownership.BORROWED, null);
    }

    static Loops shared(IoBackend backend, int loopCount) {
        return new Loops(backend, newGroup(backend, loopCount, true), Ownership.SHARED, null);
    }

    static EventLoopGroup newGroup(IoBackend backend, int loopCount, boolean daemons) {
        if (loopCount < 1) {
            throw new IllegalArgumentException("loopCount < 1: " + loopCount);
        }
        String name = "netty-streams-" + backend.name().toLowerCase(Locale.ROOT);
        return new MultiThreadIoEventLoopGroup(
                loopCount, new DefaultThreadFactory(name, daemons), backend.ioHandlerFactory());
    }

    IoBackend.Channels channels() {
        return channels;
    }

    ChannelFactory<? extends Channel> unixChannels() {
        return Objects.requireNonNull(channels.unix(), "only the loops of forUnixSockets() have these");
    }

    ChannelFactory<? extends ServerChannel> unixServerChannels() {
        return Objects.requireNonNull(channels.unixServer(), "only the loops of forUnixSockets() have these");
    }

    /**
     * Returns these loops, or companion loops for Unix sockets, which are created on first use.
     *
     * @throws IOException if these are closed
     */
    synchronized Loops forUnixSockets() throws IOException {
        if (isClosed) {
            throw closedFailure();
        }
        IoBackend unixBackend = backend.forUnixSockets();
        if (unixBackend == backend) {
            return this;
        }
        Loops beside = unix;
        if (beside == null) {
            unixBackend.requireAvailable();
            beside = new Loops(unixBackend, newGroup(unixBackend, 1, true), Ownership.OWNED, this);
            unix = beside;
        }
        return beside;
    }

    /**
     * Begins an operation on a Unix socket. Its future fails if the path cannot be an address, or if these loops are
     * closed.
     *
     * @param operation called with the address, and with the loops for Unix sockets
     */
    <T> CompletableFuture<T> onUnixSocket(
            UnixPath path, BiFunction<SocketAddress, Loops, CompletableFuture<T>> operation) {
        SocketAddress address;
        Loops beside;
        try {
            address = path.address(backend.forUnixSockets());
            beside = forUnixSockets();
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
        return operation.apply(address, beside);
    }

    /** Makes the future of a pending open fail when these loops are closed or end first; at once if they have. */
    void addOpening(CompletableFuture<?> opening) {
        Object key = new Object();
        openings.put(key, opening);
        opening.whenComplete((opened, failure) -> openings.remove(key));
        if (isClosed()) {
            opening.completeExceptionally(closedFailure());
        } else if (group.isTerminated()) {
            opening.completeExceptionally(new IOException("the event loops have been shut down"));
        }
    }

    /** Makes {@link #close} close a connection; closes it here if these loops are closed already. */
    void addConnection(StreamConnection connection) {
        StreamConnection listed = connection.unwatched(); // the program may drop its own object
        if (connections.add(listed)) {
            listed.waitClosed().whenComplete((done, lost) -> connections.remove(listed));
        } else {
            connection.abort();
        }
    }

    /**
     * Makes streams over a blocking transport, which {@link #close} closes, and which learn of the loop's end.
     *
     * @throws StreamClosedException if these loops are closed or have ended
     */
    StreamConnection open(BlockingTransport transport, StreamLimits limits) {
        requireOpen();
        blockingTransports.add(transport);
        StreamConnection connection = StreamConnection.over(transport, limits);
        connection.waitClosed().whenComplete((done, lost) -> blockingTransports.remove(transport));
        addConnection(connection);
        return connection;
    }

    void requireOpen() {
        if (isClosed()) {
            throw new StreamClosedException("these streams are closed");
        }
        if (group.isShutdown()) {
            throw new StreamClosedException("the event loops have been shut down");
        }
    }

    /** Makes {@link #close} end a child process; ends it here if these loops are closed already. */
    void addProcess(StreamProcess process) {
        processes.add(process);
        process.exit().whenComplete((status, failure) -> processes.remove(process));
        if (isClosed() || group.isShuttingDown()) {
            process.close();
        }
    }

    /**
     * Makes {@link #close} close a server.
     *
     * @throws IOException if these loops are closed already; the server is then closed
     */
    void addServer(StreamServer server) throws IOException {
        servers.add(server);
        server.waitClosed().whenComplete((done, failure) -> servers.remove(server));
        if (isClosed()) {
            server.close();
            throw closedFailure();
        }
    }

    /** Takes no lock: {@link #forUnixSockets} makes threads under it, and a loop asks here. */
    private boolean isClosed() {
        return isClosed;
    }

    private static IOException closedFailure() {
        return new IOException("these streams are closed");
    }

    private void failOpenings(String reason) {
        openings.values().forEach(opening -> opening.completeExceptionally(new IOException(reason)));
    }

    void close(Duration timeout) {
        TimeBudget budget = TimeBudget.of(timeout);
        List<Loops> ending = new ArrayList<>();
        synchronized (this) {
            isClosed = ownership != Ownership.SHARED;
            if (unix != null && isClosed) {
                ending.add(unix);
            }
        }
        if (ownership == Ownership.OWNED) {
            ending.add(this);
        }
        if (isClosed()) {
            failOpenings("these streams are closed");
        }
        servers.forEach(server -> server.close(budget));
        if (isClosed()) {
            connections.seal();
        }
        List<StreamProcess> children = List.copyOf(processes);
        children.forEach(StreamProcess::close);
        connections.snapshot().forEach(StreamConnection::close);
        boolean mayWait = !LoopThreads.isLoopThread();
        if (mayWait) {
            budget.await(connections.whenEmpty());
            connections.snapshot().forEach(StreamConnection::abort);
            children.forEach(child -> budget.await(child.exit()));
            children.forEach(StreamProcess::kill);
        }
        List<Future<?>> terminated = ending.stream()
                .<Future<?>>map(loops ->
                        loops.group.shutdownGracefully(0, Math.max(0, budget.leftNanos()), TimeUnit.NANOSECONDS))
                .toList();
        if (mayWait) {
            terminated.forEach(budget::await);
        }
    }
}
