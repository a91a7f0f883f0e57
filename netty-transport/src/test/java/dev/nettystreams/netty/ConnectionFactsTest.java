package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** S7: the facts of a connection are taken while they are available, and kept. */
@ExtendWith(NoLeaks.class)
class ConnectionFactsTest {
    private static final List<String> NAMES = List.of("peername", "sockname", "peercred");

    private static List<Object> facts(StreamConnection connection) {
        List<Object> facts = new ArrayList<>();
        NAMES.forEach(name -> facts.add(connection.writer().getExtraInfo(name)));
        return facts;
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void facts_outliveTheConnection(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            for (boolean isAborted : new boolean[] {false, true}) {
                Wire.Pair pair = wire.pair(streams);
                List<Object> ofClient = facts(pair.client());
                List<Object> ofServer = facts(pair.server());
                assertThat(ofClient.subList(0, 2)).doesNotContainNull();
                assertThat(ofServer.subList(0, 2)).doesNotContainNull();
                if (isAborted) {
                    pair.client().abort();
                    pair.server().abort();
                } else {
                    pair.client().close();
                    pair.server().close();
                }
                get(pair.client().waitClosed().handle((done, lost) -> null));
                get(pair.server().waitClosed().handle((done, lost) -> null));
                assertThat(facts(pair.client())).isEqualTo(ofClient);
                assertThat(facts(pair.server())).isEqualTo(ofServer);
                assertThat(pair.server().toString()).doesNotContain("unknown");
            }
        }
    }

    /** Scanners do this: the log must name the peer. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void clientThatIsGoneBeforeItIsAccepted_hasAName(Wire wire) throws Exception {
        LinkedBlockingQueue<Object> names = new LinkedBlockingQueue<>();
        ConnectionHandler handler = new ConnectionHandler() {
            @Override
            public void handle(StreamReader reader, StreamWriter writer) {}

            @Override
            public CompletableFuture<Void> start(StreamConnection connection) {
                Object name = connection.writer().getExtraInfo("peername");
                names.add(name == null ? "nobody" : name);
                return CompletableFuture.completedFuture(null);
            }
        };
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            StreamServer server =
                    get(streams.startServer(handler, "127.0.0.1", 0, ServerOptions.DEFAULT.withStartServing(false)));
            List<SocketAddress> clients = new ArrayList<>();
            for (boolean isReset : new boolean[] {true, false, true}) {
                try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                    clients.add(client.getLocalSocketAddress());
                    if (isReset) {
                        client.setSoLinger(true, 0);
                    }
                }
            }
            server.startServing();
            for (SocketAddress client : clients) {
                assertThat(names.poll(20, TimeUnit.SECONDS)).isEqualTo(client);
            }
        }
    }

    @Test
    void abstractNameOfAPeer_keepsItsNul() throws Exception {
        assumeTrue(IoBackend.EPOLL.isAvailable(), "abstract names need epoll");
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IoBackend.EPOLL.ioHandlerFactory());
        CompletableFuture<Object> name = new CompletableFuture<>();
        try (NettyStreams streams = NettyStreams.create(IoBackend.EPOLL, 1)) {
            String path = Wire.newPath();
            get(streams.startUnixServer(
                    ConnectionHandler.callbacks((reader, writer) -> {
                        name.complete(writer.getExtraInfo("peername"));
                        return CompletableFuture.completedFuture(null);
                    }),
                    path));
            String own = "\0streams-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
            Channel client = new Bootstrap()
                    .group(group)
                    .channel(EpollDomainSocketChannel.class)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(new DomainSocketAddress(path), new DomainSocketAddress(own))
                    .sync()
                    .channel();
            assertThat(get(name)).isEqualTo(new DomainSocketAddress(own));
            client.close().sync();
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
        }
    }

    /** A program must be able to connect again to the peer's address. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void zoneOfAServer_isInItsClientsPeername(Wire wire) throws Exception {
        Optional<InetAddress> linkLocal = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(each -> each instanceof Inet6Address && each.isLinkLocalAddress())
                .findFirst();
        assumeTrue(linkLocal.isPresent(), "this machine has no link-local address");
        Inet6Address host = (Inet6Address) linkLocal.orElseThrow();
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            StreamServer server = get(streams.startServer(
                    ConnectionHandler.callbacks((reader, writer) -> reader.relayTo(writer)), "::", 0));
            StreamConnection client = get(streams.openConnection(host.getHostAddress(), server.port()));
            InetSocketAddress peer = (InetSocketAddress) client.writer().getExtraInfo("peername");
            assertThat(((Inet6Address) peer.getAddress()).getScopeId()).isEqualTo(host.getScopeId());
            assertThat(peer.getAddress().getHostAddress()).isEqualTo(host.getHostAddress());
            try (Socket again = new Socket()) {
                again.connect(peer);
            }
            client.close();
            server.close();
        }
    }

    /** After an interface has gone, only its number is known. */
    @Test
    void zoneWithoutAnInterface_staysANumber() throws Exception {
        byte[] host = InetAddress.getByName("fe80::1").getAddress();
        InetSocketAddress local = new InetSocketAddress(Inet6Address.getByAddress(null, host, 987_654), 1);
        InetSocketAddress peer = new InetSocketAddress(InetAddress.getByAddress("fe80::1%nowhere", host), 2);
        InetSocketAddress whole = (InetSocketAddress) ConnectionFacts.withZoneOf(local, peer);
        assertThat(whole).hasToString("/[fe80:0:0:0:0:0:0:1%987654]:2");
        InetSocketAddress elsewhere = new InetSocketAddress(InetAddress.getByName("2001:db8::1"), 2);
        assertThat(ConnectionFacts.withZoneOf(local, elsewhere)).isSameAs(elsewhere);
    }

    @Test
    void zoneOfALinkLocalAddress_getsItsNameBack() throws Exception {
        Optional<NetworkInterface> linkLocal = NetworkInterface.networkInterfaces()
                .filter(each -> each.inetAddresses().anyMatch(a -> a instanceof Inet6Address && a.isLinkLocalAddress()))
                .findFirst();
        assumeTrue(linkLocal.isPresent(), "no interface has a link-local address");
        NetworkInterface zone = linkLocal.get();
        byte[] bytes = new byte[16];
        bytes[0] = (byte) 0xfe;
        bytes[1] = (byte) 0x80;
        bytes[15] = 1;
        SocketAddress rebuilt = new InetSocketAddress(Inet6Address.getByAddress(null, bytes, zone.getIndex()), 7);
        assertThat(ConnectionFacts.withZone(rebuilt))
                .isEqualTo(rebuilt)
                .asString()
                .contains("%" + zone.getName());
        SocketAddress nowhere = new InetSocketAddress(Inet6Address.getByAddress(null, bytes, 999_999), 7);
        assertThat(ConnectionFacts.withZone(nowhere)).isSameAs(nowhere);
        SocketAddress other = new InetSocketAddress(InetAddress.getLoopbackAddress(), 7);
        assertThat(ConnectionFacts.withZone(other)).isSameAs(other);
        assertThat(Arrays.asList(ConnectionFacts.withZone(null))).containsOnlyNulls();
    }
}
