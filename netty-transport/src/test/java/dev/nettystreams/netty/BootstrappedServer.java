package dev.nettystreams.netty;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A TCP server made with Netty's bootstrap, on one event loop. */
final class BootstrappedServer implements AutoCloseable {
    final EventLoopGroup group;
    final int port;

    /** The first accepted channel, after {@code pipeline} has added its handlers. */
    final CompletableFuture<Channel> accepted = new CompletableFuture<>();

    BootstrappedServer(IoBackend backend, Consumer<Channel> pipeline) throws Exception {
        this(backend, bootstrap -> {}, pipeline);
    }

    BootstrappedServer(IoBackend backend, Consumer<ServerBootstrap> options, Consumer<Channel> pipeline)
            throws Exception {
        group = new MultiThreadIoEventLoopGroup(1, backend.ioHandlerFactory());
        InetAddress loopback = InetAddress.getLoopbackAddress();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channelFactory(() -> backend.channels().tcpServer().newChannel(loopback))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        pipeline.accept(channel);
                        accepted.complete(channel);
                    }
                });
        options.accept(bootstrap);
        Channel listener = bootstrap.bind(loopback, 0).sync().channel();
        port = ((InetSocketAddress) listener.localAddress()).getPort();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
