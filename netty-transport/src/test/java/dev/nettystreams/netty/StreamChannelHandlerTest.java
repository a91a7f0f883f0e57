package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.ConcurrentReadException;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipelineException;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Streams in a pipeline of an application: added, adopted, handed back (S6). */
@ExtendWith(NoLeaks.class)
class StreamChannelHandlerTest {
    /** A handler of an application: collects bytes until a newline. */
    private static final class Collector extends SimpleChannelInboundHandler<ByteBuf> {
        private final StringBuilder text = new StringBuilder();
        private final CompletableFuture<String> line = new CompletableFuture<>();

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            text.append(bytes.toString(US_ASCII));
            if (text.indexOf("\n") >= 0) {
                line.complete(text.toString());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void handlerInANettyServer_servesItsChannels(Wire wire) throws Exception {
        ConnectionHandler echo = ConnectionHandler.callbacks((reader, writer) -> reader.forEachLine(line -> {
            writer.write(line);
            return writer.drain();
        }));
        try (BootstrappedServer server = new BootstrappedServer(
                        wire.backend(), channel -> channel.pipeline().addLast(new StreamChannelHandler(echo)));
                NettyStreams streams = NettyStreams.over(server.group);
                StreamConnection client = get(streams.openConnection("127.0.0.1", server.port))) {
            assertThat(streams.backend()).isEqualTo(wire.backend());
            client.writer().write("one\ntwo\n".getBytes(US_ASCII));
            client.writer().writeEof();
            assertThat(get(client.reader().read(-1))).asString(US_ASCII).isEqualTo("one\ntwo\n");
        }
    }

    /** A layer of an application with an end of its own, which it sends when it is closed. */
    private static final class Farewell extends ChannelOutboundHandlerAdapter {
        private int closeCount;

        @Override
        public void close(ChannelHandlerContext context, ChannelPromise promise) {
            closeCount++;
            context.writeAndFlush(Unpooled.copiedBuffer("farewell", US_ASCII))
                    .addListener(sent -> context.close(promise));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void handlerBefore_sendsItsOwnEnd_beforeTheFin_andTheConnectionLingers(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            Farewell layer = new Farewell();
            channelOf(pair.server()).pipeline().addFirst(layer);
            pair.server().writer().write("all, and ".getBytes(US_ASCII));
            pair.server().close();
            CompletableFuture<Void> closed = pair.server().waitClosed();
            assertThat(get(pair.client().reader().read(-1))).asString(US_ASCII).isEqualTo("all, and farewell");
            pair.client().writer().write("said meanwhile".getBytes(US_ASCII));
            get(pair.client().writer().flush());
            assertThat(closed).isNotDone();
            pair.client().close();
            get(closed);
            assertThat(layer.closeCount).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void closeOfTheChannel_whileTheConnectionLingers_closesIt(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            Channel channel = channelOf(pair.server());
            channel.pipeline().addFirst(new Farewell());
            CompletableFuture<Void> closed = pair.server().waitClosed();
            pair.server().close();
            assertThat(get(pair.client().reader().read(-1))).asString(US_ASCII).isEqualTo("farewell");
            assertThat(closed).isNotDone();
            channel.close();
            closed.get(4, TimeUnit.SECONDS); // before the peer's silence would end it
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void handBack_givesTheUnreadBytesToTheSuccessor_andTheSettingsBack(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            pair.client().writer().write("for the streams\nfor the ".getBytes(US_ASCII));
            get(pair.client().writer().flush());
            assertThat(get(pair.server().reader().readLine()))
                    .asString(US_ASCII)
                    .isEqualTo("for the streams\n");
            assertThat(get(pair.server().reader().peek(8))).asString(US_ASCII).isEqualTo("for the ");
            pair.server().writer().write("last stream bytes\n".getBytes(US_ASCII));

            Collector collector = new Collector();
            Channel channel = get(StreamChannelHandler.handBack(pair.server(), collector));

            assertThat(channel.pipeline().get(StreamChannelHandler.class)).isNull();
            assertThat(channel.config().isAutoClose()).isTrue();
            assertThat(channel.config().isAutoRead()).isTrue();
            pair.client().writer().write("pipeline\n".getBytes(US_ASCII));
            assertThat(get(collector.line)).isEqualTo("for the pipeline\n");
            assertThat(get(pair.client().reader().readLine()))
                    .asString(US_ASCII)
                    .isEqualTo("last stream bytes\n");
            assertThatThrownBy(() -> pair.server().reader().read(1)).isInstanceOf(StreamClosedException.class);
            assertThatThrownBy(() -> pair.server().writer().write(new byte[1]))
                    .isInstanceOf(StreamClosedException.class);
            assertThat(failureOf(pair.server().waitClosed())).isInstanceOf(StreamClosedException.class);

            StreamConnection again = get(StreamChannelHandler.adopt(channel, StreamLimits.DEFAULT));
            channel.eventLoop()
                    .submit(() -> channel.pipeline().remove(collector))
                    .sync();
            pair.client().writer().write("streams again\n".getBytes(US_ASCII));
            assertThat(get(again.reader().readLine())).asString(US_ASCII).isEqualTo("streams again\n");
            again.close();
            pair.client().close();
            get(again.waitClosed());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void handBack_whileBytesArrive_losesAndReordersNone(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            for (int round = 0; round < 50; round++) {
                Wire.Pair pair = wire.pair(streams);
                int total = 2_000;
                Thread flood = new Thread(() -> {
                    for (int i = 0; i < total; i++) {
                        pair.client().writer().write(new byte[] {(byte) ('a' + i % 26)});
                    }
                    pair.client().writer().write(new byte[] {'\n'});
                });
                flood.start();
                int taken = get(pair.server().reader().readExactly(1 + round)).length;
                Collector collector = new Collector();
                Channel channel = get(StreamChannelHandler.handBack(pair.server(), collector));
                StringBuilder expected = new StringBuilder();
                for (int i = taken; i < total; i++) {
                    expected.append((char) ('a' + i % 26));
                }
                assertThat(get(collector.line)).isEqualTo(expected.append('\n').toString());
                flood.join();
                channel.close();
                pair.client().close();
                get(pair.client().waitClosed());
            }
        }
    }

    /** The events of the end that a handler of an application gets. */
    private static final class EndWatcher extends ChannelInboundHandlerAdapter {
        private final StringBuilder text = new StringBuilder();
        private final CompletableFuture<String> halfClosed = new CompletableFuture<>();
        private final CompletableFuture<String> closed = new CompletableFuture<>();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            text.append(((ByteBuf) message).toString(US_ASCII));
            ReferenceCountUtil.release(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof ChannelInputShutdownReadComplete) {
                halfClosed.complete(text.toString());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            closed.complete(text.toString());
        }
    }

    /** A channel with half-closure whose peer's EOF arrived before the streams, and is reported again after them. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void adopt_afterThePeersEof_tellsIt_andHandBackTellsItAgain(Wire wire) throws Exception {
        EndWatcher first = new EndWatcher();
        try (BootstrappedServer server = new BootstrappedServer(
                        wire.backend(),
                        bootstrap -> bootstrap.childOption(ChannelOption.ALLOW_HALF_CLOSURE, true),
                        channel -> channel.pipeline().addLast(first));
                NettyStreams streams = NettyStreams.over(server.group);
                StreamConnection client = get(streams.openConnection("127.0.0.1", server.port))) {
            client.writer().write("for the first".getBytes(US_ASCII));
            client.writer().writeEof();
            Channel channel = get(server.accepted);
            assertThat(get(first.halfClosed)).isEqualTo("for the first");

            StreamConnection adopted = get(StreamChannelHandler.adopt(channel, StreamLimits.DEFAULT));
            assertThat(get(adopted.reader().read(-1))).isEmpty();
            adopted.writer().write("still open".getBytes(US_ASCII));
            EndWatcher second = new EndWatcher();
            get(StreamChannelHandler.handBack(adopted, second));
            assertThat(get(second.halfClosed)).isEmpty();
            assertThat(second.closed).isNotDone();
            channel.close();
            assertThat(get(client.reader().read(-1))).asString(US_ASCII).isEqualTo("still open");
        }
    }

    /** Records the sizes of the buffers that it gets. */
    private static final class SizeWatcher extends ChannelInboundHandlerAdapter {
        private final CompletableFuture<Integer> largest = new CompletableFuture<>();
        private int largestSeen;
        private int byteCount;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            largestSeen = Math.max(largestSeen, buffer.capacity());
            byteCount += buffer.readableBytes();
            buffer.release();
            if (byteCount == 16) {
                largest.complete(largestSeen);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void handBack_givesTheReceiveAllocatorBack(Wire wire) throws Exception {
        RecvByteBufAllocator small = new FixedRecvByteBufAllocator(7);
        try (BootstrappedServer server = new BootstrappedServer(
                        wire.backend(),
                        bootstrap -> bootstrap.childOption(ChannelOption.RECVBUF_ALLOCATOR, small),
                        channel -> {});
                NettyStreams streams = NettyStreams.over(server.group);
                StreamConnection client = get(streams.openConnection("127.0.0.1", server.port))) {
            Channel channel = get(server.accepted);
            StreamConnection adopted = get(StreamChannelHandler.adopt(channel, StreamLimits.DEFAULT));
            client.writer().write("for the streams!".getBytes(US_ASCII));
            assertThat(get(adopted.reader().readExactly(16))).asString(US_ASCII).isEqualTo("for the streams!");
            SizeWatcher watcher = new SizeWatcher();
            get(StreamChannelHandler.handBack(adopted, watcher));
            assertThat((Object) channel.config().getRecvByteBufAllocator()).isSameAs(small);
            client.writer().write("for the pipeline".getBytes(US_ASCII));
            assertThat(get(watcher.largest)).isLessThanOrEqualTo(7);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void handBack_afterThePeersEof_givesTheBytes_andEndsTheChannelAsNettyWould(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            pair.client().writer().write("unread".getBytes(US_ASCII));
            pair.client().writer().writeEof();
            assertThat(get(pair.server().reader().peek(99))).hasSize(6); // 99 come never: that was the end
            EndWatcher watcher = new EndWatcher();
            get(StreamChannelHandler.handBack(pair.server(), watcher));
            assertThat(get(watcher.closed)).isEqualTo("unread");
            assertThat(watcher.halfClosed).isNotDone();
            assertThat(get(pair.client().reader().read(-1))).isEmpty();
            pair.client().close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void handBack_toAHandlerThatCannotBeAdded_failsAndClosesTheChannel(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            pair.client().writer().write("unread".getBytes(US_ASCII));
            get(pair.server().reader().peek(6));
            Collector twice = new Collector();
            assertThat(failureOf(StreamChannelHandler.handBack(pair.server(), twice, twice)))
                    .isInstanceOf(ChannelPipelineException.class);
            assertThat(pair.client().reader().read(1))
                    .satisfies(read -> assertThat(ended(read)).isTrue());
            pair.client().close();
        }
    }

    private static boolean ended(CompletableFuture<byte[]> read) throws Exception {
        try {
            return get(read).length == 0;
        } catch (ExecutionException e) {
            return e.getCause() instanceof StreamBrokenException;
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void handBack_whileAReadWaits_isRefused(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            CompletableFuture<byte[]> waiting = pair.server().reader().readLine();
            assertThatThrownBy(() -> StreamChannelHandler.handBack(pair.server()))
                    .isInstanceOf(ConcurrentReadException.class)
                    .hasMessageContaining("readLine()");
            pair.client().writer().write("still here\n".getBytes(US_ASCII));
            assertThat(get(waiting)).hasSize(11);
            pair.client().close();
            pair.server().close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void removalBehindTheStreamsBack_breaksThemAloud(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            Channel channel = channelOf(pair.server());
            CompletableFuture<byte[]> waiting = pair.server().reader().readLine();
            channel.pipeline().remove(StreamChannelHandler.class);
            assertThat(failureOf(waiting))
                    .isInstanceOf(StreamBrokenException.class)
                    .hasMessageContaining("was removed");
            pair.client().close();
        }
    }

    /** A codec that loses one write and passes the next, with or without a cause. */
    private static final class Loser extends ChannelOutboundHandlerAdapter {
        private boolean hasLost;

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (hasLost) {
                context.write(message, promise);
            } else {
                hasLost = true;
                ReferenceCountUtil.release(message);
                if (!promise.isVoid()) {
                    promise.setFailure(new IOException("lost by a handler"));
                }
            }
        }
    }

    /** W4, C7: the outcome of a write comes from the write itself. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void writeThatAHandlerLoses_failsTheFirstWait(Wire wire) throws Exception {
        List<Function<StreamWriter, CompletableFuture<Void>>> waits = List.of(
                StreamWriter::flush,
                StreamWriter::drain, // above the high mark
                writer -> {
                    writer.close();
                    return writer.waitClosed();
                });
        for (Function<StreamWriter, CompletableFuture<Void>> wait : waits) {
            try (NettyStreams streams = NettyStreams.create(wire.backend())) {
                Wire.Pair pair = wire.pair(streams);
                Channel channel = channelOf(pair.server());
                channel.eventLoop()
                        .submit(() -> channel.pipeline().addFirst(new Loser()))
                        .sync();
                pair.server().writer().write(new byte[100_000]);
                assertThat(failureOf(wait.apply(pair.server().writer())))
                        .isInstanceOf(StreamBrokenException.class)
                        .hasMessageContaining("lost by a handler");
                pair.client().abort();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void messageThatIsNotBytes_breaksTheStreamsWithItsType(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            Channel channel = channelOf(pair.server());
            var wrongDecoder = new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object message) {
                    ReferenceCountUtil.release(message);
                    context.fireChannelRead("a string");
                }
            };
            channel.eventLoop()
                    .submit(() -> channel.pipeline().addFirst(wrongDecoder))
                    .sync();
            pair.client().writer().write(new byte[1]);
            assertThat(failureOf(pair.server().reader().read(1)))
                    .isInstanceOf(StreamBrokenException.class)
                    .hasMessageContaining("java.lang.String");
            pair.client().close();
        }
    }

    /** A connection's state is confined to its loop; another thread would see it half changed. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    @SuppressWarnings("deprecation") // programs that come from Netty 4.1 do it
    void handlerWithAnExecutorOfItsOwn_isRefused(Wire wire) throws Exception {
        EventLoopGroup others = Loops.newGroup(IoBackend.NIO, 1, true);
        CompletableFuture<Throwable> refusal = new CompletableFuture<>();
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            Channel channel = get(StreamChannelHandler.handBack(pair.server()));
            channel.pipeline()
                    .addLast(
                            others,
                            new StreamChannelHandler(
                                    StreamLimits.DEFAULT,
                                    IdleTimeouts.NONE,
                                    null,
                                    connection -> refusal.complete(new AssertionError("opened")),
                                    refusal::complete));
            assertThat(get(refusal))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("an executor of its own");
            channel.closeFuture().sync();
            pair.client().close();
        } finally {
            others.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }
}
