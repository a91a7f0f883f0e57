package dev.nettystreams.netty;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.spi.LoopThreads;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An event loop group, what it runs, and who shuts it down. Any thread. */
final class Loops {
    final IoBackend backend;
    final EventLoopGroup group;
    final ConnectionSet connections = new ConnectionSet();
    final Set<StreamServer> servers = ConcurrentHashMap.newKeySet();

    private final boolean isOwned;
    private final IoBackend.Channels channels;
    private @Nullable Loops unix; // guarded by this; for a backend whose Unix sockets go over another one

    private Loops(IoBackend backend, EventLoopGroup group, boolean isOwned) {
        this.backend = backend;
        this.group = group;
        this.isOwned = isOwned;
        this.channels = backend.channels();
        for (EventExecutor loop : group) {
            loop.execute(() -> LoopThreads.mark(new EventLoopLoop(loop)));
        }
    }

    static Loops owned(IoBackend backend, int loopCount, boolean daemons) {
        return new Loops(backend, newGroup(backend, loopCount, daemons), true);
    }

    static Loops borrowed(IoBackend backend, EventLoopGroup group) {
        return new Loops(backend, group, false);
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

    /** These loops, or others beside them, made when first asked for. */
    synchronized Loops forUnixSockets() {
        IoBackend unixBackend = backend.forUnixSockets();
        if (unixBackend == backend) {
            return this;
        }
        Loops beside = unix;
        if (beside == null) {
            beside = owned(unixBackend.requireAvailable(), 1, true);
            unix = beside;
        }
        return beside;
    }

    private synchronized @Nullable Loops beside() {
        return unix;
    }

    void close(Duration timeout) {
        servers.forEach(StreamServer::close);
        connections.snapshot().forEach(StreamConnection::close);
        boolean mayWait = !LoopThreads.isLoopThread();
        if (mayWait) {
            CountDownLatch ended = new CountDownLatch(1);
            connections.whenEmpty().whenComplete((done, failure) -> ended.countDown());
            await(ended, timeout);
            connections.snapshot().forEach(StreamConnection::abort);
        }
        Loops beside = beside();
        if (beside != null) {
            beside.shutDown(mayWait, timeout);
        }
        shutDown(mayWait, timeout);
    }

    private void shutDown(boolean mayWait, Duration timeout) {
        if (isOwned) {
            var terminated = group.shutdownGracefully(0, timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (mayWait) {
                CountDownLatch ended = new CountDownLatch(1);
                terminated.addListener(done -> ended.countDown());
                await(ended, timeout);
            }
        }
    }

    private static void await(CountDownLatch latch, Duration timeout) {
        try {
            boolean inTime = latch.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
            assert inTime || !timeout.isNegative(); // late is allowed: what is still open is cut off
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
