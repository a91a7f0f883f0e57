package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.ECHO;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.nettystreams.LeftoverPolicy;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.TlsSession;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import dev.nettystreams.spi.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server on a listening channel of the program's own has the whole life cycle of a server (S1). */
@ExtendWith(NoLeaks.class)
class ListeningChannelTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    /** Preparing it fails, as for a file that is gone. */
    private static final TlsUpgrade UNPREPARED = new TlsUpgrade() {
        @Override
        public LeftoverPolicy leftoverPolicy() {
            return LeftoverPolicy.REFUSE;
        }

        @Override
        public Duration handshakeTimeout() {
            return Duration.ofSeconds(1);
        }

        @Override
        public CompletionStage<?> prepare() {
            return CompletableFuture.failedFuture(new IOException("no certificate"));
        }

        @Override
        public CompletionStage<TlsSession> apply(Transport transport, byte[] leftover) {
            throw new AssertionError("the server has not started");
        }
    };

    private record Own(EventLoopGroup group, NettyStreams streams, ServerChannel listening, String path)
            implements AutoCloseable {
        static Own on(Wire wire) throws Exception {
            EventLoopGroup group = Loops.newGroup(wire.backend(), 2, true);
            NettyStreams streams = NettyStreams.over(group);
            IoBackend.Channels channels = wire.backend().channels();
            if (!wire.isUnix()) {
                return new Own(
                        group,
                        streams,
                        bound(group, channels.tcpServer().newChannel(LOOPBACK), new InetSocketAddress(LOOPBACK, 0)),
                        "");
            }
            String path = Wire.newPath();
            ServerChannel channel = channels.unixServer().newChannel();
            return new Own(group, streams, bound(group, channel, new UnixPath(path).address(wire.backend())), path);
        }

        private static ServerChannel bound(
                EventLoopGroup group, ServerChannel channel, java.net.SocketAddress address) {
            channel.config().setAutoRead(false);
            group.register(channel).syncUninterruptibly();
            channel.bind(address).syncUninterruptibly();
            return channel;
        }

        StreamConnection connect() throws Exception {
            return get(
                    path.isEmpty()
                            ? streams.openConnection(
                                    "127.0.0.1", ((InetSocketAddress) listening.localAddress()).getPort())
                            : streams.openUnixConnection(path));
        }

        @Override
        public void close() {
            streams.close();
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(20, TimeUnit.SECONDS);
        }
    }

    /** Over io_uring, Unix sockets have loops of their own, which a program cannot register a channel with. */
    static List<Wire> wires() {
        return Wire.all()
                .filter(wire -> !wire.isUnix() || wire.backend().forUnixSockets() == wire.backend())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("wires")
    void server_onOnesOwnChannel_livesAsAnyOther(Wire wire) throws Exception {
        try (Own own = Own.on(wire)) {
            ServerOptions options = ServerOptions.DEFAULT.withMaxConnections(1).withStartServing(false);
            StreamServer server = get(own.streams().startServer(ECHO, own.listening(), options));
            assertThat(server.isServing()).isFalse();
            assertThat(server.addresses()).hasSize(1).doesNotContainNull();
            assertThat(server.port()).isEqualTo(wire.isUnix() ? -1 : portOf(own.listening()));
            server.startServing();

            StreamConnection first = own.connect();
            assertEchoes(first);
            StreamConnection second = own.connect(); // waits in the backlog: the cap is one
            assertThat(server.connectionCount()).isEqualTo(1);
            server.closeClients();
            assertThat(get(first.reader().read(1))).isEmpty();
            first.close();
            assertEchoes(second);

            CompletableFuture<Void> ended = server.shutdown(Duration.ofSeconds(20));
            assertThat(own.listening().isOpen()).isFalse();
            assertThat(get(second.reader().read(1))).isEmpty();
            second.close();
            get(ended);
            assertThat(server.addresses()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("wires")
    void channelOfAServer_isRefusedToAnother(Wire wire) throws Exception {
        try (Own own = Own.on(wire)) {
            StreamServer server = get(own.streams().startServer(ECHO, own.listening(), ServerOptions.DEFAULT));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> own.streams().startServer(ECHO, own.listening(), ServerOptions.DEFAULT))
                    .withMessageStartingWith("another server has the listening channel: ");
            StreamConnection client = own.connect();
            assertEchoes(client);
            client.close();
            server.close();
        }
    }

    private static int portOf(Channel channel) {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** A bootstrap cannot do without a child handler; the server takes its place. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void channelThatABootstrapBound_servesTheServer(Wire wire) throws Exception {
        try (Own own = Own.on(wire)) {
            ServerChannel listening = (ServerChannel) new ServerBootstrap()
                    .group(own.group())
                    .channelFactory(() -> wire.backend().channels().tcpServer().newChannel(LOOPBACK))
                    .childHandler(new ChannelInboundHandlerAdapter())
                    .bind(new InetSocketAddress(LOOPBACK, 0))
                    .sync()
                    .channel();
            try (StreamServer server = get(own.streams().startServer(ECHO, listening, ServerOptions.DEFAULT));
                    StreamConnection client = get(own.streams().openConnection("127.0.0.1", server.port()))) {
                assertEchoes(client);
            }
        }
    }

    /** The JDK's channel, bound by anyone, in Netty's. */
    @Test
    void channelThatIsRegisteredNowhere_isRegistered() throws Exception {
        try (NettyStreams streams = NettyStreams.create(IoBackend.NIO, 1)) {
            ServerSocketChannel bound = ServerSocketChannel.open().bind(new InetSocketAddress(LOOPBACK, 0));
            try (StreamServer server =
                            get(streams.startServer(ECHO, new NioServerSocketChannel(bound), ServerOptions.DEFAULT));
                    StreamConnection client = get(streams.openConnection("127.0.0.1", server.port()))) {
                assertEchoes(client);
            }
            assertThat(bound.isOpen()).isFalse();
        }
    }

    @Test
    void channelThatCannotServe_isRefusedAtTheCall_andLeftAsItIs() throws Exception {
        EventLoopGroup elsewhere = Loops.newGroup(IoBackend.NIO, 1, true);
        try (Own own = Own.on(new Wire(IoBackend.NIO, false))) {
            NettyStreams streams = own.streams();
            ServerChannel unbound = new NioServerSocketChannel();
            refused(streams, unbound, "the listening channel is not bound: ");
            assertThat(unbound.isOpen()).isTrue();
            unbound.unsafe().closeForcibly();
            refused(streams, unbound, "the listening channel is closed: ");

            ServerChannel foreign =
                    Own.bound(elsewhere, new NioServerSocketChannel(), new InetSocketAddress(LOOPBACK, 0));
            refused(streams, foreign, "the listening channel is registered with another event loop group: ");
            foreign.close().sync();

            LocalServerChannel local = new LocalServerChannel();
            refused(
                    streams,
                    local,
                    "these streams accept connections from NioServerSocketChannel and NioUnixServerChannel, and this"
                            + " channel is a LocalServerChannel: ");

            for (IoBackend other : IoBackend.available()) {
                if (other != IoBackend.NIO) {
                    ServerChannel ofOther = other.channels().tcpServer().newChannel(LOOPBACK);
                    refused(streams, ofOther, "these streams accept connections from ");
                    ofOther.unsafe().closeForcibly();
                }
            }
            for (ServerOptions ofBinding : List.of(
                    ServerOptions.DEFAULT.withReusePort(true),
                    ServerOptions.DEFAULT.withUnixPermissions(java.util.Set.of()),
                    ServerOptions.DEFAULT.withFamily(java.net.StandardProtocolFamily.INET))) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> streams.startServer(ECHO, own.listening(), ofBinding))
                        .withMessageEndingWith("given, and sockets that are bound already take none");
            }
            assertThat(own.listening().isOpen()).isTrue();
        } finally {
            elsewhere.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(20, TimeUnit.SECONDS);
        }
    }

    private static void refused(NettyStreams streams, ServerChannel channel, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> streams.startServer(ECHO, channel, ServerOptions.DEFAULT))
                .withMessageStartingWith(message);
    }

    @ParameterizedTest
    @MethodSource("wires")
    void startThatFails_closesTheChannel(Wire wire) throws Exception {
        try (Own own = Own.on(wire)) {
            assertThat(failureOf(own.streams()
                            .startServer(ECHO, own.listening(), ServerOptions.DEFAULT.withTls(UNPREPARED))))
                    .hasMessage("no certificate");
            assertThat(own.listening().closeFuture().await(20, TimeUnit.SECONDS))
                    .isTrue();
        }
        Own own = Own.on(wire);
        own.streams().close();
        assertThat(failureOf(own.streams().startServer(ECHO, own.listening(), ServerOptions.DEFAULT)))
                .hasMessage("these streams are closed");
        assertThat(own.listening().closeFuture().await(20, TimeUnit.SECONDS)).isTrue();
        own.close();
    }

    /** The JDK's channel removes no file, and neither does the server. */
    @Test
    void fileOfAUnixSocket_isNotTheServers() throws Exception {
        try (Own own = Own.on(new Wire(IoBackend.NIO, true))) {
            get(own.streams().startServer(ECHO, own.listening(), ServerOptions.DEFAULT))
                    .close();
            assertThat(Path.of(own.path())).exists();
            Files.delete(Path.of(own.path()));
        }
    }

    static void assertEchoes(StreamConnection client) throws Exception {
        List<byte[]> read = new ArrayList<>();
        client.writer().write(new byte[] {42});
        read.add(get(client.reader().read(1)));
        assertThat(read).containsExactly(new byte[] {42});
    }
}
