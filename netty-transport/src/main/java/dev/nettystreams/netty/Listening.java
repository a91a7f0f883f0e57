package dev.nettystreams.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Opens all listening sockets of a server, or none. Fails only with {@link IOException}s. Blocks; not for an event
 * loop.
 */
final class Listening {
    private static final int MOST_PORTS_TRIED = 20;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final EventLoopGroup group;
    private final StreamServer server;
    private final ServerOptions options;

    Listening(EventLoopGroup group, StreamServer server, ServerOptions options) {
        this.group = group;
        this.server = server;
        this.options = options;
    }

    /**
     * Listens on every address, or on none. Skips addresses that this machine does not have, if there is another one.
     * Port 0 means one port for all addresses: the system chooses it for the first, and chooses again if another
     * address has it in use.
     */
    void openTcp(List<InetSocketAddress> addresses, IoBackend backend) throws IOException {
        IoBackend.TcpServers channels = backend.channels().tcpServer();
        TakenAddresses wide = widest(addresses, backend);
        if (wide == null || wide.others().isEmpty()) {
            openTcp(addresses, channels, wide);
            return;
        }
        List<InetSocketAddress> separate = addresses.stream()
                .filter(each -> !wide.others().contains(each.getAddress()))
                .toList();
        try {
            openTcp(separate, channels, wide);
        } catch (BindException e) {
            if (isOfThisMachine(wide.own())) {
                throw e;
            }
            openTcp(addresses, channels, null); // no IPv6 on this machine: only the others remain
        }
    }

    /** Returns the addresses of the socket that accepts both families, if one of these does. */
    private static @Nullable TakenAddresses widest(List<InetSocketAddress> addresses, IoBackend backend) {
        List<InetAddress> hosts =
                addresses.stream().map(InetSocketAddress::getAddress).toList();
        return hosts.stream()
                .filter(each -> !backend.keepsFamily(each))
                .findFirst()
                .map(own -> new TakenAddresses(
                        own,
                        hosts.stream()
                                .filter(each -> !own.getClass().isInstance(each))
                                .filter(each -> each.isAnyLocalAddress() || isOfThisMachine(each))
                                .toList()))
                .orElse(null);
    }

    /** @param wide the addresses of the socket that accepts both families, if one of these does */
    void openTcp(List<InetSocketAddress> addresses, IoBackend.TcpServers channels, @Nullable TakenAddresses wide)
            throws IOException {
        for (int attempts = 1; ; attempts++) {
            List<Channel> bound = new ArrayList<>();
            try {
                bindAll(addresses, channels, wide, bound);
                bound.forEach(server::listenOn);
                return;
            } catch (IOException e) {
                boolean mayPickAgain = addresses.get(0).getPort() == 0 && !bound.isEmpty();
                closeAll(bound);
                if (!mayPickAgain || attempts == MOST_PORTS_TRIED) {
                    throw e;
                }
            } catch (Throwable e) { // an Error: close them all
                closeAll(bound);
                throw e;
            }
        }
    }

    /** @param bound receives the listeners, also if a later address fails */
    private void bindAll(
            List<InetSocketAddress> addresses,
            IoBackend.TcpServers channels,
            @Nullable TakenAddresses wide,
            List<Channel> bound)
            throws IOException {
        List<IOException> passedOver = new ArrayList<>();
        for (InetSocketAddress address : addresses) {
            InetSocketAddress exact = address.getPort() == 0 && !bound.isEmpty()
                    ? new InetSocketAddress(
                            address.getAddress(),
                            ((InetSocketAddress) bound.get(0).localAddress()).getPort())
                    : address;
            try {
                bindOn(exact, channels, wide, bound);
            } catch (BindException e) {
                if (addresses.size() == 1 || isOfThisMachine(address.getAddress())) {
                    throw e;
                }
                passedOver.add(e);
            }
        }
        if (bound.isEmpty()) {
            IOException failure = passedOver.get(0);
            passedOver.stream().skip(1).forEach(failure::addSuppressed);
            throw failure;
        }
    }

    /** Binds one socket to an address or, if the port is shared, one for each loop. */
    private void bindOn(
            InetSocketAddress address,
            IoBackend.TcpServers channels,
            @Nullable TakenAddresses wide,
            List<Channel> bound)
            throws IOException {
        InetSocketAddress exact = address;
        for (EventLoopGroup on : listeningLoops()) {
            InetSocketAddress asked = exact;
            Channel listener = bind(() -> channels.newChannel(asked.getAddress()), asked, asked, on);
            bound.add(listener);
            exact = new InetSocketAddress(
                    address.getAddress(), ((InetSocketAddress) listener.localAddress()).getPort());
            if (wide != null && wide.own().equals(address.getAddress())) {
                listener.attr(Acceptor.TAKEN).set(wide);
            }
        }
    }

    private List<EventLoopGroup> listeningLoops() {
        if (!options.reusePort()) {
            return List.of(group);
        }
        List<EventLoopGroup> loops = new ArrayList<>();
        group.forEach(loop -> loops.add((EventLoop) loop));
        return loops;
    }

    /**
     * Returns whether an address can be bound with a free port. The backends have no common exception for
     * EADDRNOTAVAIL; NIO throws the same one for EADDRINUSE.
     */
    private static boolean isOfThisMachine(InetAddress address) {
        try (ServerSocket probe = new ServerSocket(0, 1, address)) {
            return probe.isBound();
        } catch (BindException e) {
            return false;
        } catch (IOException | IllegalArgumentException e) { // out of file descriptors, or no IPv6 at all
            return address instanceof Inet4Address || hasInet6();
        }
    }

    private static boolean hasInet6() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .anyMatch(Inet6Address.class::isInstance);
        } catch (IOException e) {
            return true; // unknown, so no reason to skip an address
        }
    }

    /** @param address the address of the path, for the backend */
    void openUnix(
            UnixPath path, SocketAddress address, IoBackend backend, ChannelFactory<? extends ServerChannel> channels)
            throws IOException {
        if (path.isAbstract()) {
            server.listenOnUnix(bind(channels, address, path, group), address, null);
            return;
        }
        UnixSocketGuard guard = UnixSocketGuard.prepare(path.path());
        try {
            UnixPath privatePath = new UnixPath(guard.privatePath().toString());
            Channel bound = bind(channels, privatePath.address(backend), path, group);
            try {
                guard.publish(options.unixPermissions());
            } catch (Throwable e) {
                closeAll(List.of(bound));
                throw e;
            }
            server.listenOnUnix(bound, address, guard);
        } catch (Throwable e) {
            guard.clean();
            throw e;
        }
    }

    /** Listens on a channel that listens already. */
    void adopt(AdoptedListener adopted) throws IOException {
        adopted.register(server.acceptor());
        SocketAddress unixAddress = adopted.unixAddress();
        if (unixAddress == null) {
            server.listenOn(adopted.channel());
        } else {
            server.listenOnUnix(adopted.channel(), unixAddress, null); // without a guard: no file is removed
        }
    }

    /** @param named the name of the address in messages: a Unix socket is first bound to a private path */
    private Channel bind(
            ChannelFactory<? extends ServerChannel> channels, SocketAddress address, Object named, EventLoopGroup on)
            throws IOException {
        Channel channel;
        try {
            channel = channels.newChannel();
        } catch (RuntimeException | Error e) { // out of file descriptors, for instance
            if (address instanceof InetSocketAddress inet && inet.getAddress() instanceof Inet6Address && !hasInet6()) {
                BindException none = new BindException("could not listen on " + address + ": there is no IPv6");
                none.initCause(e);
                throw none;
            }
            throw new IOException("could not listen on " + named + ": " + Reason.of(e), e);
        }
        try {
            channel.config().setOption(ChannelOption.SO_BACKLOG, options.backlog());
            if (address instanceof InetSocketAddress) {
                channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
            }
            if (options.reusePort() && !channel.config().setOption(IoBackend.reusePortOf(channel), true)) {
                throw new UnsupportedOperationException("this system has no SO_REUSEPORT");
            }
            channel.config().setAutoRead(false); // until the server serves
            channel.pipeline().addLast(server.acceptor());
        } catch (RuntimeException | Error e) {
            channel.unsafe().closeForcibly();
            throw new IOException("could not listen on " + named + ": " + Reason.of(e), e);
        }
        ChannelFuture bound = Registration.of(channel, on).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            channel.unsafe().closeForcibly();
            throw new IOException("could not listen on " + named + ": " + Reason.of(bound.cause()), bound.cause());
        }
        bound = channel.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            closeAll(List.of(channel));
            BindException failure = new BindException("could not listen on " + named + ": " + Reason.of(bound.cause()));
            failure.initCause(bound.cause());
            throw failure;
        }
        return channel;
    }

    /** Waits until the sockets are closed, so that the caller can try the same addresses again at once. */
    private static void closeAll(List<Channel> channels) {
        channels.forEach(Channel::close);
        awaitClosed(channels.stream().map(Channel::closeFuture).toList(), TimeBudget.of(CLOSE_TIMEOUT));
    }

    /** Waits until the system has released the sockets of closing channels. Not on an event loop. */
    static void awaitClosed(List<ChannelFuture> closing, TimeBudget budget) {
        closing.forEach(budget::await);
        closing.forEach(closed -> awaitNextTurn(closed.channel(), budget));
    }

    /**
     * Waits for a timer of the loop. The JDK's selector releases a closed socket only when it selects again, which
     * happens before a timer that is due a little later; a task may still belong to the turn in which the socket was
     * closed. A loop that is ending may drop the timer, and the wait then lasts until the timeout.
     */
    private static void awaitNextTurn(Channel closed, TimeBudget budget) {
        try {
            if (!closed.eventLoop().isShuttingDown()) {
                budget.await(closed.eventLoop().schedule(() -> {}, 1, TimeUnit.MILLISECONDS));
            }
        } catch (RejectedExecutionException e) {
            // The event loop has shut down and has closed its channels.
        }
    }
}
