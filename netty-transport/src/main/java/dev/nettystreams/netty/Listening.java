package dev.nettystreams.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Opens the listening sockets of a server. Blocks; not for an event loop. */
final class Listening {
    private static final int MOST_PORTS_TRIED = 20;

    private final EventLoopGroup group;
    private final StreamServer server;
    private final ServerOptions options;

    Listening(EventLoopGroup group, StreamServer server, ServerOptions options) {
        this.group = group;
        this.server = server;
        this.options = options;
    }

    /**
     * Listens on every address, or on none. Port 0 means one port on all of them: the system picks it for the first, and if another
     * address has it in use, it picks again.
     */
    void tcp(List<InetSocketAddress> addresses, ChannelFactory<? extends ServerChannel> channels) throws IOException {
        for (int attempts = 1; ; attempts++) {
            List<Channel> bound = new ArrayList<>();
            try {
                for (InetSocketAddress address : addresses) {
                    boolean takesFirstPort = address.getPort() == 0 && !bound.isEmpty();
                    InetSocketAddress exact = takesFirstPort
                            ? new InetSocketAddress(
                                    address.getAddress(),
                                    ((InetSocketAddress) bound.get(0).localAddress()).getPort())
                            : address;
                    bound.add(bind(channels.newChannel(), exact, true));
                }
                bound.forEach(server::listenOn);
                return;
            } catch (IOException e) {
                bound.forEach(Channel::close);
                boolean mayPickAgain = addresses.size() > 1 && addresses.get(0).getPort() == 0;
                if (!mayPickAgain || attempts == MOST_PORTS_TRIED) {
                    throw e;
                }
            }
        }
    }

    void unix(UnixPath path, IoBackend backend, ChannelFactory<? extends ServerChannel> channels) throws IOException {
        if (path.isAbstract()) {
            server.listenOnUnix(bind(channels.newChannel(), path.address(backend), false), path.address(backend), null);
            return;
        }
        UnixSocketGuard guard = UnixSocketGuard.prepare(path.path());
        try {
            UnixPath privatePath = new UnixPath(guard.privatePath().toString());
            Channel bound = bind(channels.newChannel(), privatePath.address(backend), false);
            try {
                guard.publish(options.unixPermissions());
            } catch (IOException | RuntimeException e) {
                bound.close();
                throw e;
            }
            server.listenOnUnix(bound, path.address(backend), guard);
        } catch (IOException | RuntimeException e) {
            guard.clean();
            throw e;
        }
    }

    private Channel bind(Channel channel, SocketAddress address, boolean isTcp) throws IOException {
        channel.config().setOption(ChannelOption.SO_BACKLOG, options.backlog());
        if (isTcp) {
            channel.config().setOption(ChannelOption.SO_REUSEADDR, true);
        }
        channel.config().setAutoRead(false); // until the server serves
        channel.pipeline().addLast(server.acceptor());
        var bound = group.register(channel).awaitUninterruptibly();
        if (bound.isSuccess()) {
            bound = channel.bind(address).awaitUninterruptibly();
        }
        if (!bound.isSuccess()) {
            channel.close();
            BindException failure = new BindException(
                    "could not listen on " + address + ": " + bound.cause().getMessage());
            failure.initCause(bound.cause());
            throw failure;
        }
        return channel;
    }
}
