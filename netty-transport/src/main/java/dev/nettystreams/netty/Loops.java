package dev.nettystreams.netty;

import dev.nettystreams.StreamConnection;
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
import org.jspecify.annotations.Nullable;

/** An event loop group, what runs and begins on it, and who shuts it down. Any thread. */
final class Loops {
    private enum Ownership {
        /** {@link #close} ends the group, and nothing begins afterwards. */
        OWNED,
        /** The group is somebody's; nothing begins after {@link #close}. */
        BORROWED,
        /** The whole process's: {@link #close} ends what runs then, and whoever comes later may begin again. */
        SHARED
    }

    final IoBackend backend;
    final EventLoopGroup group;
    final ConnectionSet connections = new ConnectionSet();

    private final Ownership ownership;
    private final IoBackend.Channels channels;
    private final Map<Object, CompletableFuture<?>> openings = new ConcurrentHashMap<>();
    private final Set<StreamServer> servers = ConcurrentHashMap.newKeySet();
    private volatile boolean isClosed; // written under this
    private @Nullable Loops unix; // guarded by this; for a backend whose Unix sockets go over another one

    /** @param parent whose connections these loops run, if they are beside others */
    private Loops(IoBackend backend, EventLoopGroup group, Ownership ownership, @Nullable Loops parent) {
        this.backend = backend;
        this.group = group;
        this.ownership = ownership;
        this.channels = backend.channels();
        for (EventExecutor loop : group) {
            loop.execute(() -> LoopThreads.mark(new EventLoopLoop(loop)));
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
     * Closes what Netty leaves open when it is told to shut down, without a quiet period, in the middle of a turn that has tasks: it then
     * skips the step that closes a loop's channels, and whoever waits for them would wait for ever.
     */
    private void ending(EventExecutor loop) {
        servers.forEach(StreamServer::close);
        for (StreamConnection connection : connections.snapshot()) {
            if (connection.writer().getExtraInfo("channel") instanceof Channel channel
                    && channel.eventLoop().equals(loop)) {
                channel.close();
                channel.pipeline().fireChannelInactive(); // Netty's own comes by a task, and may come too late
            }
        }
    }

    /** What has not begun never will, and nobody else would say so. */
    private void ended() {
        servers.forEach(StreamServer::close);
        failOpenings("the event loops have been shut down");
        buryConnections();
    }

    /**
     * A loop that gets tasks until its last moment may skip its shutdown hooks, too, and leave connections open. Its thread is gone: they
     * are closed and told here.
     */
    private void buryConnections() {
        for (StreamConnection connection : connections.snapshot()) {
            if (connection.writer().getExtraInfo("channel") instanceof Channel channel
                    && channel.eventLoop().isTerminated()) {
                EventLoopLoop.inPlaceOf(channel.eventLoop(), () -> bury(channel));
            }
        }
    }

    private static void bury(Channel channel) {
        try {
            closeSocket(channel);
        } catch (IOException e) {
            // closed it is, for all that can be done
        }
        StreamChannelHandler streams = channel.pipeline().get(StreamChannelHandler.class);
        if (streams != null) {
            streams.loopEnded();
        }
    }

    /** Past the channel, whose own way to close is by its loop. */
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
        return Objects.requireNonNull(channels.unix(), "forUnixSockets() gives loops that have them");
    }

    ChannelFactory<? extends ServerChannel> unixServerChannels() {
        return Objects.requireNonNull(channels.unixServer(), "forUnixSockets() gives loops that have them");
    }

    /**
     * These loops, or others beside them, made when first asked for.
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

    /** Makes the future of something that is being opened fail when these loops are closed or end first; at once, if they have. */
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

    /** Makes {@link #close} close a connection; closes it here if that has happened. */
    void addConnection(StreamConnection connection) {
        if (connections.add(connection)) {
            connection.waitClosed().whenComplete((done, lost) -> connections.remove(connection));
        } else {
            connection.abort();
        }
    }

    /**
     * Makes {@link #close} close a server.
     *
     * @throws IOException if that has happened; the server is then closed
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
        Patience patience = Patience.of(timeout);
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
        servers.forEach(server -> server.close(patience));
        if (isClosed()) {
            connections.seal();
        }
        connections.snapshot().forEach(StreamConnection::close);
        boolean mayWait = !LoopThreads.isLoopThread();
        if (mayWait) {
            patience.await(connections.whenEmpty());
            connections.snapshot().forEach(StreamConnection::abort);
        }
        List<Future<?>> terminated = ending.stream()
                .<Future<?>>map(loops ->
                        loops.group.shutdownGracefully(0, Math.max(0, patience.leftNanos()), TimeUnit.NANOSECONDS))
                .toList();
        if (mayWait) {
            terminated.forEach(patience::await);
        }
    }
}
