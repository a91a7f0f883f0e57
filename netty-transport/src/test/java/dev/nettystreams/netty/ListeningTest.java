package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.ECHO;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.channel.ChannelException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server listens on every requested address that this machine has, or on none (S1). */
@ExtendWith(NoLeaks.class)
class ListeningTest {
    /** Reserved for documentation (RFC 5737): no machine has it. */
    private static final String NOWHERE = "198.51.100.1";

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void addressThatThisMachineDoesNotHave_isPassedOver_unlessItIsTheOnlyOne(Wire wire) throws Exception {
        Loops loops = Loops.owned(wire.backend(), 1, true);
        try {
            StreamServer server = newServer(loops);
            listening(loops, server).openTcp(List.of(address(NOWHERE, 0), address("127.0.0.1", 0)), wire.backend());
            assertThat(server.addresses()).containsExactly(address("127.0.0.1", server.port()));
            server.close();
            for (List<InetSocketAddress> none :
                    List.of(List.of(address(NOWHERE, 0)), List.of(address(NOWHERE, 0), address("198.51.100.2", 0)))) {
                StreamServer nowhere = newServer(loops);
                assertThatThrownBy(() -> listening(loops, nowhere).openTcp(none, wire.backend()))
                        .isInstanceOf(BindException.class)
                        .hasMessageContaining(NOWHERE)
                        .satisfies(
                                failure -> assertThat(failure.getSuppressed()).hasSize(none.size() - 1));
                assertThat(nowhere.addresses()).isEmpty();
            }
        } finally {
            loops.close(Duration.ofSeconds(5));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void socketThatCannotBeMade_closesThoseBefore_andFailsAsAnIoException(Wire wire) throws Exception {
        Loops loops = Loops.owned(wire.backend(), 1, true);
        try {
            int port = freePort();
            AtomicInteger made = new AtomicInteger();
            IoBackend.TcpServers real = loops.channels().tcpServer();
            IoBackend.TcpServers exhausted = address -> {
                if (made.getAndIncrement() > 0) {
                    throw new ChannelException("Too many open files");
                }
                return real.newChannel(address);
            };
            StreamServer server = newServer(loops);
            assertThatThrownBy(() -> listening(loops, server)
                            .openTcp(List.of(address("127.0.0.1", port), address("127.0.0.2", port)), exhausted, null))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.2:" + port)
                    .hasMessageContaining("Too many open files")
                    .hasCauseInstanceOf(ChannelException.class);
            assertThat(made).hasValue(2);
            assertThat(server.addresses()).isEmpty();
            assertIsFree("127.0.0.1", port);
        } finally {
            loops.close(Duration.ofSeconds(5));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void hosts_areAllListenedOn_onceEach_onOnePort(Wire wire) throws Exception {
        assumeTrue(UnixPath.isLinux(), "elsewhere 127.0.0.2 is nobody's");
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            StreamServer server = get(streams.startServer(ECHO, List.of("127.0.0.1", "127.0.0.2", "127.0.0.1"), 0));
            assertThat(server.port()).isPositive();
            assertThat(server.addresses())
                    .containsExactly(address("127.0.0.1", server.port()), address("127.0.0.2", server.port()));
            assertEchoes(streams, "127.0.0.1", server.port());
            assertEchoes(streams, "127.0.0.2", server.port());
            server.close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void hostInUse_failsAll_andClosesWhatWasBound(Wire wire) throws Exception {
        assumeTrue(UnixPath.isLinux(), "elsewhere 127.0.0.2 is nobody's");
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                ServerSocket taken = new ServerSocket(0, 1, InetAddress.getAllByName("127.0.0.2")[0])) {
            int port = taken.getLocalPort();
            assertThat(failureOf(streams.startServer(ECHO, List.of("127.0.0.1", "127.0.0.2"), port)))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("127.0.0.2:" + port)
                    .hasMessageContaining("in use");
            assertIsFree("127.0.0.1", port);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void emptyHost_meansAllInterfaces(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            for (StreamServer server :
                    List.of(get(streams.startServer(ECHO, "", 0)), get(streams.startServer(ECHO, List.of(""), 0)))) {
                assertThat(server.addresses())
                        .isNotEmpty()
                        .allSatisfy(address -> assertThat(((InetSocketAddress) address)
                                        .getAddress()
                                        .isAnyLocalAddress())
                                .isTrue());
                assertEchoes(streams, "127.0.0.1", server.port());
                assertEchoes(streams, "127.0.0.2", server.port());
                server.close();
            }
            assertThatThrownBy(() -> streams.startServer(ECHO, List.of(), 0)).hasMessage("no hosts to listen on");
        }
    }

    private static StreamServer newServer(Loops loops) {
        return new StreamServer(loops.group, StreamLimits.DEFAULT, ECHO, ServerOptions.DEFAULT, loops.connections);
    }

    private static Listening listening(Loops loops, StreamServer server) {
        return new Listening(loops.group, server, ServerOptions.DEFAULT);
    }

    private static InetSocketAddress address(String host, int port) throws IOException {
        return new InetSocketAddress(InetAddress.getAllByName(host)[0], port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getAllByName("127.0.0.1")[0])) {
            return socket.getLocalPort();
        }
    }

    private static void assertIsFree(String host, int port) throws IOException {
        try (ServerSocket again = new ServerSocket(port, 1, InetAddress.getAllByName(host)[0])) {
            assertThat(again.isBound()).isTrue();
        }
    }

    private static void assertEchoes(NettyStreams streams, String host, int port) throws Exception {
        try (StreamConnection client = get(streams.openConnection(host, port))) {
            client.writer().write(new byte[] {42});
            assertThat(get(client.reader().read(1))).containsExactly(42);
        }
    }

    private static boolean isConnecting(String address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 5_000);
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(42);
            return socket.getInputStream().read() == 42;
        } catch (IOException e) {
            return false;
        }
    }

    /** S7, as CPython's {@code create_server}: a wildcard address means its own family, an empty host both. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void wildcard_keepsItsFamily_andAnEmptyHostIsBoth(Wire wire) throws Exception {
        assumeTrue(isOfThisMachine("::1"), "there is no IPv6 here");
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            for (List<String> hosts : List.of(
                    List.of("0.0.0.0"),
                    List.of("::"),
                    List.of(""),
                    List.of("0.0.0.0", "::"),
                    List.of("::", "0.0.0.0"),
                    List.of("127.0.0.1"),
                    List.of("::1"),
                    List.of("127.0.0.1", "::1"))) {
                StreamServer server = get(streams.startServer(ECHO, hosts, 0));
                boolean isBoth = hosts.size() == 2 || hosts.get(0).isEmpty();
                assertThat(isConnecting("127.0.0.1", server.port()))
                        .as("%s by IPv4", hosts)
                        .isEqualTo(isBoth || hosts.get(0).indexOf(':') < 0);
                assertThat(isConnecting("::1", server.port()))
                        .as("%s by IPv6", hosts)
                        .isEqualTo(isBoth || hosts.get(0).indexOf(':') >= 0);
                server.close();
            }
        }
    }

    /** Even where one socket accepts both families and excludes others from the port. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void wildcard_besideAnAddressOfTheOtherFamily(Wire wire) throws Exception {
        assumeTrue(isOfThisMachine("::1"), "there is no IPv6 here");
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            for (List<String> hosts : List.of(
                    List.of("::", "127.0.0.1"),
                    List.of("127.0.0.1", "::"),
                    List.of("0.0.0.0", "::1"),
                    List.of("::1", "0.0.0.0"))) {
                StreamServer server = get(streams.startServer(ECHO, hosts, 0));
                int port = server.port();
                assertThat(isConnecting("127.0.0.1", port))
                        .as("%s by IPv4", hosts)
                        .isTrue();
                assertThat(isConnecting("::1", port)).as("%s by IPv6", hosts).isTrue();
                if (UnixPath.isLinux()) {
                    assertThat(isConnecting("127.0.0.2", port))
                            .as("%s by another address", hosts)
                            .isEqualTo(hosts.contains("0.0.0.0"));
                }
                assertThat(server.addresses())
                        .containsExactlyInAnyOrder(address(hosts.get(0), port), address(hosts.get(1), port));
                server.close();
                for (String wildcard : List.of("0.0.0.0", "::")) {
                    StreamServer alone = get(streams.startServer(ECHO, wildcard, 0));
                    assertThat(alone.addresses()).containsExactly(address(wildcard, alone.port()));
                    alone.close();
                }
            }
            StreamServer passingOver = get(streams.startServer(ECHO, List.of("::", NOWHERE), 0));
            assertThat(passingOver.addresses()).containsExactly(address("::", passingOver.port()));
            passingOver.close();
        }
    }

    /** The process of {@link #withoutIpv6_wildcardsAreIpv4s}. */
    static final class OnlyIpv4 {
        private OnlyIpv4() {}

        // The argument is the backend.
        public static void main(String[] arguments) throws Exception {
            try (NettyStreams streams = NettyStreams.create(IoBackend.parse(arguments[0]), 1)) {
                for (List<String> hosts : List.of(
                        List.of(""), List.of("0.0.0.0", "::"), List.of("::", "127.0.0.1"), List.of("localhost"))) {
                    StreamServer server = get(streams.startServer(ECHO, hosts, 0));
                    System.out.println(hosts + " " + isConnecting("127.0.0.1", server.port()));
                    server.close();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void withoutIpv6_wildcardsAreIpv4s(Wire wire) throws Exception {
        assertThat(ChildJvm.likeThisOne()
                        .withOption("-Djava.net.preferIPv4Stack=true")
                        .run(OnlyIpv4.class, wire.backend().name()))
                .contains("[] true", "[0.0.0.0, ::] true", "[::, 127.0.0.1] true", "[localhost] true");
    }

    private static boolean isOfThisMachine(String address) {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
