package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.ECHO;
import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.channel.ChannelOption;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The options of a connect, over sockets (S4). */
@ExtendWith(NoLeaks.class)
class ConnectOptionsTest {
    private static final ConnectOptions INET = ConnectOptions.DEFAULT.withFamily(StandardProtocolFamily.INET);
    private static final ConnectOptions INET6 = ConnectOptions.DEFAULT.withFamily(StandardProtocolFamily.INET6);

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void family_isTheOnlyOneTried(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1);
                StreamServer server = get(streams.startServer(ECHO, List.of("127.0.0.1", "::1"), 0))) {
            InetAddress[] addresses = {InetAddress.getAllByName("127.0.0.1")[0], InetAddress.getAllByName("::1")[0]};
            for (ConnectOptions options : List.of(INET, INET6)) {
                NameLookups both = new NameLookups(name -> addresses);
                List<InetSocketAddress> tried = NameResolution.toConnectTo("both.test", server.port(), options, both)
                        .join();
                assertThat(tried).hasSize(1);
                String host = tried.get(0).getAddress().getHostAddress();
                try (StreamConnection client = get(streams.openConnection(host, server.port(), options))) {
                    assertThat(((InetSocketAddress) client.peerAddress()).getAddress())
                            .isInstanceOf(options.equals(INET) ? Inet4Address.class : Inet6Address.class);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void familyWithoutAnAddress_isToldWithTheAddressesThereAre(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            assertThat(failureOf(streams.openConnection("127.0.0.1", 9, INET6)))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessage("127.0.0.1 has no address of the family INET6, only 127.0.0.1");
            assertThat(failureOf(streams.startServer(
                            ECHO, "::1", 0, ServerOptions.DEFAULT.withFamily(StandardProtocolFamily.INET))))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessage("::1 has no address of the family INET, only 0:0:0:0:0:0:0:1");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void familyOfAServer_isTheOnlyOneListenedOn(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            for (StandardProtocolFamily family : List.of(StandardProtocolFamily.INET, StandardProtocolFamily.INET6)) {
                try (StreamServer server =
                        get(streams.startServer(ECHO, "", 0, ServerOptions.DEFAULT.withFamily(family)))) {
                    assertThat(server.addresses())
                            .singleElement()
                            .satisfies(address -> assertThat(
                                            NameResolution.familyOf(((InetSocketAddress) address).getAddress()))
                                    .isEqualTo(family));
                }
            }
        }
    }

    /** The wildcard address is an address of either family, with a port of the caller's. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void wildcardAsLocalAddress_servesBothFamilies(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1);
                StreamServer server = get(streams.startServer(ECHO, List.of("127.0.0.1", "::1"), 0))) {
            for (String host : List.of("127.0.0.1", "::1")) {
                for (String any : List.of("0.0.0.0", "::")) {
                    int port = freePort();
                    ConnectOptions from = ConnectOptions.DEFAULT.withLocalAddress(
                            new InetSocketAddress(InetAddress.getAllByName(any)[0], port));
                    try (StreamConnection client = get(streams.openConnection(host, server.port(), from))) {
                        assertThat(((InetSocketAddress) client.localAddress()).getPort())
                                .isEqualTo(port);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void keepAlive_isSetOnBothSides(Wire wire) throws Exception {
        CompletableFuture<StreamConnection> accepted = new CompletableFuture<>();
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1);
                StreamServer server = get(streams.startServer(
                        (reader, writer) -> accepted.complete(reader.connection()),
                        "127.0.0.1",
                        0,
                        ServerOptions.DEFAULT.withKeepAlive(true)));
                StreamConnection probing = get(streams.openConnection(
                        "127.0.0.1", server.port(), ConnectOptions.DEFAULT.withKeepAlive(true)))) {
            assertThat(keepAliveOf(probing)).isTrue();
            assertThat(keepAliveOf(get(accepted))).isTrue();
            try (StreamConnection other = get(streams.openConnection("127.0.0.1", server.port()))) {
                assertThat(keepAliveOf(other)).isFalse();
            }
        }
    }

    private static boolean keepAliveOf(StreamConnection connection) {
        return channelOf(connection).config().getOption(ChannelOption.SO_KEEPALIVE);
    }

    /** A Unix socket whose backlog is full answers EAGAIN; the connect waits its turn, but no longer than asked. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#unix")
    void unixConnect_hasATimeout(Wire wire, @TempDir Path directory) throws Exception {
        assumeTrue(UnixPath.isLinux(), "a full backlog refuses at once elsewhere");
        Path path = directory.resolve("full");
        List<SocketChannel> filling = new ArrayList<>();
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1);
                ServerSocketChannel full = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            full.bind(java.net.UnixDomainSocketAddress.of(path), 1);
            for (int i = 0; i < 2; i++) {
                filling.add(SocketChannel.open(java.net.UnixDomainSocketAddress.of(path)));
            }
            ConnectOptions brief = ConnectOptions.DEFAULT.withConnectTimeout(Duration.ofMillis(100));
            assertThat(failureOf(streams.openUnixConnection(path.toString(), brief)))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageStartingWith("could not connect to unix:" + path + " within 100 ms");
        } finally {
            for (SocketChannel each : filling) {
                each.close();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#unix")
    void path_isAsGoodAsItsString(Wire wire, @TempDir Path directory) throws Exception {
        Path path = directory.resolve("s");
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1);
                StreamServer server = get(streams.startUnixServer(ECHO, path));
                StreamConnection client = get(streams.openUnixConnection(path))) {
            client.writer().write(new byte[] {42});
            assertThat(get(client.reader().read(1))).containsExactly(42);
            assertThat(server.addresses()).hasToString("[" + path + "]");
        }
    }

    /** A zip file system has paths, and no sockets. */
    @Test
    void pathOnAnotherFileSystem_isRefused(@TempDir Path directory) throws Exception {
        URI zip = URI.create("jar:" + directory.resolve("a.zip").toUri());
        try (FileSystem inZip = FileSystems.newFileSystem(zip, Map.of("create", "true"));
                NettyStreams streams = NettyStreams.create(IoBackend.best(), 1)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> streams.openUnixConnection(inZip.getPath("/s")))
                    .withMessageStartingWith("the path of a Unix socket is not on the default file system: jar:");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> streams.startUnixServer(ECHO, inZip.getPath("/s")))
                    .withMessageStartingWith("the path of a Unix socket is not on the default file system: jar:");
        }
    }

    private static int freePort() throws Exception {
        try (ServerSocket probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }
}
