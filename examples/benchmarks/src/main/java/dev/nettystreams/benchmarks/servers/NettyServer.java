package dev.nettystreams.benchmarks.servers;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Handlers written straight on Netty: the yardstick.
 *
 * @param transport the mechanism of I/O
 * @param provider the TLS engine, where there is TLS
 * @param decodesLines whether Netty's line decoder takes requests apart, instead of a state machine by hand
 */
record NettyServer(Transport transport, SslProvider provider, boolean decodesLines) implements RunningServer {
    /** The suite of all connections under TLS. */
    static final String CIPHER_SUITE = "TLS_AES_128_GCM_SHA256";

    /** Netty's mechanisms of I/O. */
    enum Transport {
        EPOLL,
        URING,
        NIO;

        IoHandlerFactory ioHandlerFactory() {
            return switch (this) {
                case EPOLL -> EpollIoHandler.newFactory();
                case URING -> IoUringIoHandler.newFactory();
                case NIO -> NioIoHandler.newFactory();
            };
        }

        Class<? extends ServerChannel> serverChannel() {
            return switch (this) {
                case EPOLL -> EpollServerSocketChannel.class;
                case URING -> IoUringServerSocketChannel.class;
                case NIO -> NioServerSocketChannel.class;
            };
        }
    }

    @Override
    public void start(ServerTask task) throws Exception {
        if (decodesLines && task.mode() != Mode.PING) {
            throw new UnsupportedOperationException("lines are decoded in mode ping only");
        }
        SslContext tls = task.tls() == null ? null : tls(task.tls(), provider);
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(task.loops(), transport.ioHandlerFactory());
        new ServerBootstrap()
                .group(group)
                .channel(transport.serverChannel())
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        addHandlers(channel, task, tls);
                    }
                })
                .bind("127.0.0.1", task.port())
                .sync();
    }

    private void addHandlers(SocketChannel channel, ServerTask task, @Nullable SslContext tls) {
        if (tls != null) {
            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
        }
        if (decodesLines) {
            channel.pipeline().addLast(new LineBasedFrameDecoder(Protocol.BLOCK_BYTES));
        }
        channel.pipeline()
                .addLast(
                        switch (task.mode()) {
                            case PING -> decodesLines ? new DecodedPing() : new RawPing();
                            case ECHO -> new RawEcho();
                            case SINK -> new RawSink();
                            case SOURCE -> new RawSource();
                            case HTTP -> new RawHttp();
                            case RELAY -> new RawRelay(task.upstreamPort());
                        });
    }

    /** Uses the one cipher suite that all servers choose: the JDK's default costs more, and BoringSSL has no choice. */
    static SslContext tls(ServerTask.TlsFiles files, SslProvider provider) throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forServer(
                        files.chain().toFile(), files.key().toFile())
                .sslProvider(provider)
                .protocols("TLSv1.3");
        if (provider == SslProvider.JDK) {
            builder.ciphers(List.of(CIPHER_SUITE));
        }
        return builder.build();
    }
}
