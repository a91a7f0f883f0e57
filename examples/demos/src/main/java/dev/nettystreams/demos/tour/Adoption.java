package dev.nettystreams.demos.tour;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.netty.StreamChannelHandler;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A channel that Netty code has opened uses streams for a while, and goes back with its unread bytes. */
final class Adoption implements Stop {
    @Override
    public String title() {
        return "adopting a Netty channel, and handing it back";
    }

    @Override
    public void show(Guide guide) throws Exception {
        var group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        ConnectionHandler twoLines =
                (reader, writer) -> writer.write("for the streams\nfor Netty\n".getBytes(US_ASCII));
        try (var server = guide.get(guide.streams.startServer(twoLines, "127.0.0.1", 0))) {
            Channel channel = new Bootstrap()
                    .group(group)
                    .channel(NioSocketChannel.class)
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel fresh) {
                            fresh.config().setAutoRead(false); // until the streams want the bytes
                        }
                    })
                    .connect("127.0.0.1", server.port())
                    .sync()
                    .channel();
            StreamConnection streams = guide.get(StreamChannelHandler.adopt(channel, StreamLimits.DEFAULT));
            String first = new String(guide.get(streams.reader().readLine()), US_ASCII).strip();
            guide.expect(first, "for the streams", "what the streams read");
            guide.say("the streams read \"" + first + "\"");

            FirstMessage next = new FirstMessage();
            guide.get(StreamChannelHandler.handBack(
                    streams, new LineBasedFrameDecoder(1000), new StringDecoder(US_ASCII), next));
            channel.config().setAutoRead(true);
            String second = guide.get(next.message);
            guide.expect(second, "for Netty", "what Netty's handlers received");
            guide.say("handed back; Netty's own handlers received \"" + second + "\"");
            channel.close().sync();
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    /** The last handler of an ordinary Netty pipeline. */
    private static final class FirstMessage extends SimpleChannelInboundHandler<String> {
        final CompletableFuture<String> message = new CompletableFuture<>();

        @Override
        protected void channelRead0(ChannelHandlerContext context, String received) {
            message.complete(received);
        }
    }
}
