package dev.nettystreams.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import io.netty.handler.codec.string.StringEncoder;

/** A login in two steps, with Netty's codecs: what to do with a line is a state between two calls. */
final class NettyLineServer extends SimpleChannelInboundHandler<String> {
    private String user;

    @Override
    public void channelActive(ChannelHandlerContext context) {
        context.writeAndFlush("user?\n");
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, String line) {
        if (user == null) {
            user = line;
            context.writeAndFlush("password?\n");
        } else {
            context.writeAndFlush("hello, " + user + " with " + line.length() + " characters\n")
                    .addListener(sent -> context.close());
        }
    }

    static Channel start(EventLoopGroup group, int port) throws InterruptedException {
        return new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new LineBasedFrameDecoder(1024))
                                .addLast(new StringDecoder(UTF_8), new StringEncoder(UTF_8))
                                .addLast(new NettyLineServer());
                    }
                })
                .bind("127.0.0.1", port)
                .sync()
                .channel();
    }
}
