package dev.nettystreams.benchmarks.load;

import dev.nettystreams.benchmarks.servers.RawSink;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The event loop of all clients, and of the sink behind a relay. */
public final class LoadGenerator implements AutoCloseable {
    private final boolean isEpoll = Epoll.isAvailable();
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory("load", true),
            isEpoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    private final EventLoop loop = group.next();
    private final SslContext tls;
    private @Nullable Channel relayedSink;

    /**
     * Creates a generator without connections.
     *
     * @throws SSLException if this machine has no TLS 1.3
     */
    public LoadGenerator() throws SSLException {
        tls = SslContextBuilder.forClient()
                .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .protocols("TLSv1.3")
                .trustManager(InsecureTrustManagerFactory.INSTANCE) // the certificate is made for this run
                .endpointIdentificationAlgorithm(null)
                .build();
    }

    EventLoop loop() {
        return loop;
    }

    /** Returns a bootstrap for clients whose last handler is the one given. */
    Bootstrap client(boolean isTls, Supplier<? extends ChannelHandler> handler) {
        return new Bootstrap()
                .group(loop)
                .channel(isEpoll ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 10_000)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        if (isTls) {
                            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                        }
                        channel.pipeline().addLast(handler.get());
                    }
                });
    }

    /**
     * Returns the port of a sink to be the upstream of a relay.
     *
     * @return a port at 127.0.0.1
     * @throws InterruptedException if this thread is interrupted
     */
    public int sinkPort() throws InterruptedException {
        Channel sink = relayedSink;
        if (sink == null) {
            Class<? extends ServerChannel> channel =
                    isEpoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
            sink = new ServerBootstrap()
                    .group(group)
                    .channel(channel)
                    .childOption(ChannelOption.TCP_NODELAY, true)
                    .childHandler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel accepted) {
                            accepted.pipeline().addLast(new RawSink());
                        }
                    })
                    .bind("127.0.0.1", 0)
                    .sync()
                    .channel();
            relayedSink = sink;
        }
        return ((InetSocketAddress) sink.localAddress()).getPort();
    }

    @Override
    public void close() {
        group.shutdownGracefully();
    }
}
