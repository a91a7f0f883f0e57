package dev.nettystreams.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.TextReader;
import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.StreamChannelHandler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.util.concurrent.CompletionStage;

/** A Netty server for HTTP; an Upgrade turns a connection into lines, and the line {@code end} turns it back. */
public final class UpgradeServer extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static ChannelHandler[] http() {
        return new ChannelHandler[] {new HttpServerCodec(), new HttpObjectAggregator(65536), new UpgradeServer()};
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (request.headers().contains(HttpHeaderNames.UPGRADE, "lines", true)) {
            upgrade(context);
        } else {
            FullHttpResponse answer = response(HttpResponseStatus.OK);
            ByteBufUtil.writeUtf8(answer.content(), "this is HTTP\n");
            answer.headers()
                    .setInt(HttpHeaderNames.CONTENT_LENGTH, answer.content().readableBytes());
            context.writeAndFlush(answer);
        }
    }

    private static FullHttpResponse response(HttpResponseStatus status) {
        return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status);
    }

    private void upgrade(ChannelHandlerContext context) {
        FullHttpResponse answer = response(HttpResponseStatus.SWITCHING_PROTOCOLS);
        answer.headers().set(HttpHeaderNames.CONNECTION, "upgrade").set(HttpHeaderNames.UPGRADE, "lines");
        context.writeAndFlush(answer);
        StreamChannelHandler.adopt(context.channel(), StreamLimits.DEFAULT).thenCompose(UpgradeServer::serveLines);
        context.pipeline().remove(this);
        context.pipeline().remove(HttpObjectAggregator.class);
        context.pipeline().remove(HttpServerCodec.class); // last: it passes on what came behind the request
    }

    /** Answers lines on the channel's event loop, and then gives the channel back to HTTP. */
    private static CompletionStage<?> serveLines(StreamConnection connection) {
        TextReader lines = connection.reader().text(UTF_8);
        return connection
                .repeat(() -> lines.readLine().thenCompose(line -> {
                    if (line == null || line.equals("end")) {
                        return completedFuture(false);
                    }
                    connection.writer().write("line " + line + "\n", UTF_8);
                    return connection.writer().drain().thenApply(drained -> true);
                }))
                .thenCompose(ended -> StreamChannelHandler.handBack(connection, http()))
                .whenComplete((channel, failure) -> {
                    if (failure != null) {
                        connection.abort();
                    }
                });
    }

    static Channel start(EventLoopGroup group, int port) throws InterruptedException {
        return new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(http());
                    }
                })
                .bind("127.0.0.1", port)
                .sync()
                .channel();
    }

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws Exception {
        start(new MultiThreadIoEventLoopGroup(IoBackend.NIO.ioHandlerFactory()), 8080)
                .closeFuture()
                .sync();
    }
}
