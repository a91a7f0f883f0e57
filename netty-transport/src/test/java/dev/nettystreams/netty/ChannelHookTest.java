package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.ECHO;
import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.Await;
import dev.nettystreams.FailureReporter;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The hook sees each channel on its loop, before the streams (S10). */
@ExtendWith(NoLeaks.class)
class ChannelHookTest {
    /** Counts the bytes that pass it. */
    private static final class Counter extends ChannelInboundHandlerAdapter {
        private final CompletableFuture<Integer> counted = new CompletableFuture<>();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            counted.complete(((ByteBuf) message).readableBytes());
            context.fireChannelRead(message);
        }
    }

    private static StreamConnection connect(Wire.Served served, ConnectOptions options) throws Exception {
        return get(connecting(served, options));
    }

    private static CompletableFuture<StreamConnection> connecting(Wire.Served served, ConnectOptions options) {
        return served.wire().isUnix()
                ? served.streams().openUnixConnection(served.path(), options)
                : served.streams().openConnection("127.0.0.1", served.server().port(), options);
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void hook_runsOnTheLoop_beforeTheStreams_onBothSides(Wire wire) throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        Counter counter = new Counter();
        Consumer<Channel> accepted = channel -> {
            seen.add("accepted on its loop: " + channel.eventLoop().inEventLoop() + ", streams: "
                    + (channel.pipeline().get(StreamChannelHandler.class) != null) + ", active: "
                    + channel.isActive());
            channel.pipeline().addLast(counter);
        };
        Consumer<Channel> opened =
                channel -> seen.add("opened on its loop: " + channel.eventLoop().inEventLoop()
                        + ", streams: " + (channel.pipeline().get(StreamChannelHandler.class) != null) + ", active: "
                        + channel.isActive());
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.serve(streams, ECHO, ServerOptions.DEFAULT.withChannel(accepted));
            try (StreamConnection client = connect(served, ConnectOptions.DEFAULT.withChannel(opened))) {
                client.writer().write(new byte[] {1, 2, 3});
                assertThat(get(client.reader().readExactly(3))).containsExactly(1, 2, 3);
            }
            assertThat(get(counter.counted)).isPositive();
            assertThat(seen)
                    .containsExactlyInAnyOrder(
                            "opened on its loop: true, streams: false, active: false",
                            "accepted on its loop: true, streams: false, active: true");
            served.server().close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void socketOptions_areSetBeforeTheConnect_andOverrideTheStreams(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.serve(streams, ECHO);
            ConnectOptions options = ConnectOptions.DEFAULT.withChannel(channel -> {
                channel.config().setOption(ChannelOption.SO_RCVBUF, 40_000);
                channel.config().setOption(ChannelOption.TCP_NODELAY, false);
            });
            try (StreamConnection client = connect(served, options)) {
                assertThat(channelOf(client).config().getOption(ChannelOption.SO_RCVBUF))
                        .isBetween(40_000, 100_000); // Linux doubles it
                assertThat(channelOf(client).config().getOption(ChannelOption.TCP_NODELAY))
                        .isFalse();
            }
            served.server().close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void hookOfAServerThatThrows_isReported_andTheServerGoesOn(Wire wire) throws Exception {
        BlockingQueue<String> reports = new LinkedBlockingQueue<>();
        FailureReporter reporter =
                (connection, failure) -> reports.add(connection.peerAddress() != null ? failure.getMessage() : "null");
        List<Channel> channels = new CopyOnWriteArrayList<>();
        Consumer<Channel> hook = channel -> {
            channels.add(channel);
            if (channels.size() < 3) {
                throw new IllegalStateException("hook " + channels.size());
            }
        };
        ServerOptions options = ServerOptions.DEFAULT
                .withMaxConnections(1) // a connection that stayed counted would stop the server
                .withReporter(reporter)
                .withChannel(hook);
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.serve(streams, ECHO, options);
            for (int i = 1; i < 3; i++) {
                try (StreamConnection client = served.connect()) {
                    assertThat(get(client.reader().read(1))).isEmpty();
                    assertThat(reports.poll(20, TimeUnit.SECONDS)).isEqualTo("hook " + i);
                }
                get(closed(channels.get(i - 1)));
            }
            assertEchoes(served.connect());
            assertThat(reports).isEmpty();
            served.server().close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void hookThatAddsStreamsOfItsOwn_isRefused(Wire wire) throws Exception {
        Consumer<Channel> hook = channel ->
                channel.pipeline().addLast(new StreamChannelHandler((reader, writer) -> Await.await(reader.read(1))));
        ServerOptions options = ServerOptions.DEFAULT.withMaxConnections(1).withChannel(hook);
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served plain = wire.serve(streams, ECHO);
            assertThat(failureOf(connecting(plain, ConnectOptions.DEFAULT.withChannel(hook))))
                    .hasStackTraceContaining("the channel has streams already");
            plain.server().close();
            Wire.Served served = wire.serve(streams, ECHO, options);
            for (int i = 0; i < 3; i++) { // a connection that stayed counted would stop the server
                try (StreamConnection client = served.connect()) {
                    get(client.reader().read(1).handle((bytes, reset) -> true));
                }
            }
            served.server().close();
        }
    }

    /** A filter of addresses closes channels without an exception, and before they are active. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void channelThatTheHookCloses_isNotCounted(Wire wire) throws Exception {
        List<Channel> channels = new CopyOnWriteArrayList<>();
        Consumer<Channel> hook = channel -> {
            channels.add(channel);
            if (channels.size() == 1) {
                channel.close();
            } else if (channels.size() == 2) {
                channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext context) {
                        context.close();
                    }
                });
            }
        };
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.serve(
                    streams, ECHO, ServerOptions.DEFAULT.withMaxConnections(1).withChannel(hook));
            for (int i = 0; i < 2; i++) {
                try (StreamConnection client = served.connect()) {
                    client.reader().read(1).handle((bytes, reset) -> "ended").get(20, TimeUnit.SECONDS);
                }
            }
            assertEchoes(served.connect());
            served.server().close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void hookOfAConnectThatThrows_failsItWithItsException_andClosesTheChannel(Wire wire) throws Exception {
        CompletableFuture<Channel> seen = new CompletableFuture<>();
        IllegalStateException failure = new IllegalStateException("no");
        ConnectOptions options = ConnectOptions.DEFAULT.withChannel(channel -> {
            seen.complete(channel);
            throw failure;
        });
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.serve(streams, ECHO);
            assertThat(failureOf(connecting(served, options))).isSameAs(failure);
            get(closed(get(seen)));
            assertEchoes(served.connect());
            served.server().close();
        }
    }

    /** A handler that closes the channel and tells no reason has decided: the opening does not wait for its timeout. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void channelThatAHandlerOfAConnectCloses_failsTheOpening(Wire wire) throws Exception {
        List<Consumer<ChannelHandlerContext>> ways = List.of(
                context -> {
                    context.close();
                    context.fireChannelActive();
                },
                ChannelHandlerContext::close,
                context -> context.executor().execute(context::close));
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.serve(streams, ECHO);
            ConnectOptions patient = ConnectOptions.DEFAULT.withConnectTimeout(Duration.ofHours(1));
            for (Consumer<ChannelHandlerContext> way : ways) {
                ConnectOptions options =
                        patient.withChannel(channel -> channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                            @Override
                            public void channelActive(ChannelHandlerContext context) {
                                way.accept(context);
                            }
                        }));
                assertThat(failureOf(connecting(served, options)))
                        .isInstanceOf(ConnectException.class)
                        .hasMessageEndingWith(": the channel was closed");
            }
            assertThat(failureOf(connecting(served, patient.withChannel(Channel::close))))
                    .hasMessageEndingWith(": the channel was closed");
            assertEchoes(served.connect());
            served.server().close();
        }
    }

    private static CompletableFuture<Boolean> closed(Channel channel) {
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        channel.closeFuture().addListener(done -> closed.complete(true));
        return closed;
    }

    private static void assertEchoes(StreamConnection client) throws Exception {
        try (client) {
            client.writer().write(new byte[] {42});
            assertThat(get(client.reader().read(1))).containsExactly(42);
        }
    }
}
