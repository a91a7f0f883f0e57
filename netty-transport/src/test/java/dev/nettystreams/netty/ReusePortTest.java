package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.ECHO;
import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A port that servers share, with one listening socket for each loop (S1). */
@ExtendWith(NoLeaks.class)
class ReusePortTest {
    private static final ServerOptions SHARED = ServerOptions.DEFAULT.withReusePort(true);

    @BeforeAll
    static void requireTheOption() throws IOException {
        try (ServerSocketChannel probe = ServerSocketChannel.open()) {
            assumeTrue(
                    probe.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT),
                    "skipped: this system has no SO_REUSEPORT");
        }
    }

    /** On Linux the system distributes connections among the loops, which keep those that they accept. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void loops_eachAccept_onOnePort(Wire wire) throws Exception {
        assumeTrue(UnixPath.isLinux(), "skipped: other systems may give all connections to one socket");
        Set<EventLoop> accepting = ConcurrentHashMap.newKeySet();
        Set<EventLoop> serving = ConcurrentHashMap.newKeySet();
        ConnectionHandler noting = ConnectionHandler.callbacks((reader, writer) -> {
            accepting.add(channelOf(reader.connection()).parent().eventLoop());
            serving.add(channelOf(reader.connection()).eventLoop());
            assertThat(channelOf(reader.connection()).eventLoop())
                    .isSameAs(channelOf(reader.connection()).parent().eventLoop());
            return reader.relayTo(writer);
        });
        List<StreamConnection> clients = new ArrayList<>();
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 2);
                StreamServer server = get(streams.startServer(noting, List.of("127.0.0.1", "::1"), 0, SHARED))) {
            assertThat(server.addresses()).hasSize(2);
            // Each connection goes to either loop by a hash of its addresses; 64 that all go to one are no accident.
            for (int i = 0; i < 64 && accepting.size() < 2; i++) {
                clients.add(get(streams.openConnection(i % 2 == 0 ? "127.0.0.1" : "::1", server.port())));
                assertEchoes(clients.get(i));
            }
            assertThat(accepting).hasSize(2).isEqualTo(serving);
            clients.forEach(StreamConnection::abort);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void servers_shareAPort_ifBothSaySo_andCloseAllTheirSockets(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 2);
                NettyStreams others = NettyStreams.create(wire.backend(), 2)) {
            StreamServer first = get(streams.startServer(ECHO, "127.0.0.1", 0, SHARED));
            assertThat(failureOf(others.startServer(ECHO, "127.0.0.1", first.port())))
                    .isInstanceOf(BindException.class);
            StreamServer second = get(others.startServer(ECHO, "127.0.0.1", first.port(), SHARED));
            first.close();
            for (int i = 0; i < 8; i++) { // all reach the second one
                try (StreamConnection client = get(streams.openConnection("127.0.0.1", first.port()))) {
                    assertEchoes(client);
                }
            }
            assertThat(second.addresses()).hasSize(1);
            second.close();
            assertThat(failureOf(streams.openConnection("127.0.0.1", first.port())))
                    .isInstanceOf(ConnectException.class);
        }
    }

    private static void assertEchoes(StreamConnection client) throws Exception {
        client.writer().write(new byte[] {42});
        assertThat(get(client.reader().read(1))).containsExactly(42);
    }
}
