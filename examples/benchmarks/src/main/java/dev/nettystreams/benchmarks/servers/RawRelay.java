package dev.nettystreams.benchmarks.servers;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;

/** {@link Mode#RELAY} on one event loop, without a copy. Keeps early bytes until the upstream is connected. */
final class RawRelay extends ChannelInboundHandlerAdapter {
    private final int upstreamPort;
    private final Deque<Object> early = new ArrayDeque<>();

    RawRelay(int upstreamPort) {
        this.upstreamPort = upstreamPort;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        Channel client = context.channel();
        new Bootstrap()
                .group(client.eventLoop())
                .channel(clientChannel(client.parent()))
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new OtherSide(client))
                .connect("127.0.0.1", upstreamPort)
                .addListener((ChannelFutureListener) connected -> {
                    if (connected.isSuccess() && client.isActive()) {
                        become(context, connected.channel());
                    } else {
                        connected.channel().close();
                        client.close();
                    }
                });
    }

    private void become(ChannelHandlerContext context, Channel upstream) {
        for (Object message; (message = early.poll()) != null; ) {
            upstream.write(message);
        }
        upstream.flush();
        context.pipeline().replace(this, "other side", new OtherSide(upstream));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        early.add(message);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        early.forEach(ReferenceCountUtil::release);
        early.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    private static Class<? extends SocketChannel> clientChannel(Channel server) {
        if (server instanceof EpollServerSocketChannel) {
            return EpollSocketChannel.class;
        }
        return server instanceof IoUringServerSocketChannel ? IoUringSocketChannel.class : NioSocketChannel.class;
    }

    /** Passes all input of one channel to another one. */
    private static final class OtherSide extends ChannelInboundHandlerAdapter {
        private final Channel target;

        OtherSide(Channel target) {
            this.target = target;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            target.write(message, target.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            target.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            target.config().setAutoRead(context.channel().isWritable());
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            target.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
            target.close();
        }
    }
}
