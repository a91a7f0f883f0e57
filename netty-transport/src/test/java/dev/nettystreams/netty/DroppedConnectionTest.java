package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.ECHO;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.AcceptedConnections;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import dev.nettystreams.support.DebugWarnings;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Debug mode finds a connection that the program drops, however it was opened, and closes it. */
@ExtendWith(NoLeaks.class)
class DroppedConnectionTest {
    private final DebugWarnings warnings = new DebugWarnings();

    @AfterEach
    void turnOff() {
        warnings.close();
    }

    /** Reads to the peer's end, and tells the number of bytes that came before it. */
    private static final class Ends implements ConnectionHandler {
        private final BlockingQueue<Integer> seen = new LinkedBlockingQueue<>();

        @Override
        public void handle(StreamReader reader, StreamWriter writer) {}

        @Override
        public CompletionStage<?> start(StreamConnection connection) {
            return connection.reader().readAll(1000).thenAccept(bytes -> seen.add(bytes.length));
        }

        int next() throws InterruptedException {
            Integer byteCount = seen.poll(20, TimeUnit.SECONDS);
            assertThat(byteCount).describedAs("the peer sees the end").isNotNull();
            return byteCount == null ? -1 : byteCount;
        }
    }

    private void assertReported(String method) throws InterruptedException {
        LogRecord logged = warnings.awaitFrom(method);
        assertThat(logged.getMessage()).contains("StreamConnection[").contains("was dropped without close()");
    }

    private static void openAndDrop(Wire.Served served, ConnectOptions options) throws Exception {
        CompletableFuture<StreamConnection> opening = served.wire().isUnix()
                ? served.streams().openUnixConnection(served.path(), options)
                : served.streams().openConnection("127.0.0.1", served.server().port(), options);
        get(opening).writer().write(new byte[] {1});
    }

    /** With an idle timeout the transport has timers of its own; with a hook the channel is prepared first. */
    private static ConnectOptions[] waysToOpen() {
        return new ConnectOptions[] {
            ConnectOptions.DEFAULT,
            ConnectOptions.DEFAULT
                    .withReadIdleTimeout(Duration.ofMinutes(1))
                    .withWriteIdleTimeout(Duration.ofMinutes(1)),
            ConnectOptions.DEFAULT.withChannel(channel -> {}),
        };
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void openedConnection_isReported_withTheCallThatOpenedIt_andClosed(Wire wire) throws Exception {
        Ends ends = new Ends();
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.serve(streams, ends);
            for (ConnectOptions options : waysToOpen()) {
                openAndDrop(served, options);
                assertReported("openAndDrop");
                assertThat(ends.next()).isOne();
            }
        }
    }

    private static void adoptAndDrop(Channel channel) throws Exception {
        CompletableFuture<StreamConnection> adopted = StreamChannelHandler.adopt(channel, StreamLimits.DEFAULT);
        get(adopted).writer().write(new byte[] {1});
    }

    private static void addHandlerThatDrops(Channel channel) throws Exception {
        CompletableFuture<Void> started = new CompletableFuture<>();
        channel.pipeline().addLast(new StreamChannelHandler(ConnectionHandler.callbacks((reader, writer) -> {
            writer.write(new byte[] {1});
            started.complete(null);
            return new CompletableFuture<Void>(); // that nobody completes
        })));
        get(started);
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void streamsOverAChannelOfTheProgram_areReported_andClosed(Wire wire) throws Exception {
        Ends ends = new Ends();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, wire.backend().ioHandlerFactory());
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.serve(streams, ends);
            Bootstrap bootstrap = new Bootstrap()
                    .group(group)
                    .channelFactory(wire.backend().channels().tcp())
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel channel) {}
                    });
            adoptAndDrop(bootstrap
                    .connect("127.0.0.1", served.server().port())
                    .sync()
                    .channel());
            assertReported("adoptAndDrop");
            assertThat(ends.next()).isOne();
            addHandlerThatDrops(bootstrap
                    .connect("127.0.0.1", served.server().port())
                    .sync()
                    .channel());
            assertReported("addHandlerThatDrops");
            assertThat(ends.next()).isOne();
        } finally {
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
        }
    }

    private static void acceptAndDrop(AcceptedConnections accepted) throws Exception {
        get(accepted.accept()).writer().write(new byte[] {1});
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void acceptedConnection_thatItsTakerDrops_isReported_andClosed(Wire wire) throws Exception {
        AcceptedConnections accepted = new AcceptedConnections();
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.serve(streams, accepted);
            try (StreamConnection client = served.connect()) {
                acceptAndDrop(accepted);
                assertReported("acceptAndDrop");
                assertThat(get(client.reader().readAll(1000))).containsExactly(1);
            }
        }
    }

    private static StreamReader openAndKeepReader(Wire.Served served) throws Exception {
        return served.connect().reader();
    }

    private static StreamWriter openAndKeepWriter(Wire.Served served) throws Exception {
        return served.connect().writer();
    }

    private static CompletableFuture<byte[]> openAndRead(Wire.Served served) throws Exception {
        return served.connect().reader().readExactly(1).thenApply(bytes -> bytes);
    }

    private static CompletableFuture<Void> openAndRelay(Wire.Served served) throws Exception {
        return StreamConnection.relay(served.connect(), served.connect()).thenAccept(counts -> {});
    }

    private static void openAndClose(Wire.Served served) throws Exception {
        served.connect().close();
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void heldOrClosedConnection_isNotReported(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.serve(streams, ECHO);
            StreamReader reader = openAndKeepReader(served);
            StreamWriter writer = openAndKeepWriter(served);
            CompletableFuture<byte[]> read = openAndRead(served);
            CompletableFuture<Void> relay = openAndRelay(served);
            openAndClose(served);
            openAndDrop(served, ConnectOptions.DEFAULT);
            assertReported("openAndDrop");
            warnings.assertNoneFrom("openAnd" + "Keep");
            warnings.assertNoneFrom("openAndRead");
            warnings.assertNoneFrom("openAndRelay");
            warnings.assertNoneFrom("openAndClose");
            reader.connection().close();
            writer.close();
            assertThat(read).isNotDone();
            assertThat(relay).isNotDone();
        }
    }

    private static StreamServer serveAndForget(
            Wire wire, NettyStreams streams, CompletableFuture<StreamConnection> client) throws Exception {
        Wire.Served served = wire.serve(streams, ConnectionHandler.callbacks((reader, writer) -> {
            writer.write(new byte[] {1});
            return new CompletableFuture<Void>();
        }));
        client.complete(served.connect());
        return served.server();
    }

    /** The server still closes it: when it shuts down, or the program cancels the handler. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void connectionOfARunningHandler_isNotReported(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            CompletableFuture<StreamConnection> client = new CompletableFuture<>();
            StreamServer server = serveAndForget(wire, streams, client);
            openAndDrop(wire.serve(streams, new Ends()), ConnectOptions.DEFAULT);
            assertReported("openAndDrop");
            warnings.assertNoneFrom("netty.Admission");
            assertThat(get(get(client).reader().readExactly(1))).containsExactly(1);
            assertThat(get(client).reader().atEof()).isFalse();
            get(client).close();
            get(server.shutdown(Duration.ZERO)); // its handler does not end by itself
        }
    }
}
