package dev.nettystreams.tls;

import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.AcceptedConnections;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.ConnectOptions;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.ServerOptions;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import dev.nettystreams.support.DebugWarnings;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Debug mode finds a connection under TLS that the program drops, and closes it in good order: with close_notify. */
@ExtendWith(NoLeaks.class)
class DroppedTlsConnectionTest {
    private final DebugWarnings warnings = new DebugWarnings();

    @AfterEach
    void turnOff() {
        warnings.close();
    }

    private static CompletableFuture<StreamConnection> connecting(Wire.Served served, ConnectOptions options) {
        return served.wire().isUnix()
                ? served.streams().openUnixConnection(served.path(), options)
                : served.streams().openConnection("127.0.0.1", served.server().port(), options);
    }

    private static void openAndDrop(Wire.Served served, TlsWire wire) throws Exception {
        ConnectOptions options = ConnectOptions.DEFAULT.withTls(wire.client().upgrade("localhost"));
        get(connecting(served, options)).writer().write(new byte[] {1});
    }

    private static void upgradeAndDrop(Wire.Served served, TlsWire wire) throws Exception {
        StreamConnection connection = get(connecting(served, ConnectOptions.DEFAULT));
        get(connection.writer().startTls(wire.client().upgrade("localhost")));
        connection.writer().write(new byte[] {1});
    }

    /** The program holds nothing until the handshake is done; then its callback goes on with the writer. */
    private static CompletableFuture<Void> upgradeByCallbackAndDrop(Wire.Served served, TlsWire wire) throws Exception {
        CompletableFuture<Void> written = new CompletableFuture<>();
        connecting(served, ConnectOptions.DEFAULT)
                .thenAccept(connection -> connection
                        .writer()
                        .startTls(wire.client().upgrade("localhost"))
                        .thenAccept(session -> {
                            connection.writer().write(new byte[] {1});
                            written.complete(null);
                        }));
        return written;
    }

    private void assertDropped(String method, BlockingQueue<Integer> ends) throws InterruptedException {
        assertThat(warnings.awaitFrom(method).getMessage()).contains("was dropped without close()");
        assertThat(ends.poll(20, TimeUnit.SECONDS)).isOne();
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#all")
    void connection_isReported_withTheCallThatOpenedIt_andClosed(TlsWire wire) throws Exception {
        BlockingQueue<Integer> ends = new LinkedBlockingQueue<>();
        ConnectionHandler handler = ConnectionHandler.callbacks(
                (reader, writer) -> reader.readAll(1000).thenAccept(bytes -> ends.add(bytes.length)));
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.wire().serve(streams, handler, ServerOptions.DEFAULT.withTls(wire.server()));
            openAndDrop(served, wire);
            assertDropped("openAndDrop", ends);
            upgradeAndDrop(served, wire);
            assertDropped("upgradeAndDrop", ends);
            get(upgradeByCallbackAndDrop(served, wire));
            assertDropped("upgradeByCallbackAndDrop", ends);
        }
    }

    private static void acceptAndDrop(AcceptedConnections accepted) throws Exception {
        get(accepted.accept()).writer().write(new byte[] {1});
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void acceptedConnection_thatItsTakerDrops_isReported(TlsWire wire) throws Exception {
        AcceptedConnections accepted = new AcceptedConnections();
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.wire().serve(streams, accepted, ServerOptions.DEFAULT.withTls(wire.server()));
            ConnectOptions options =
                    ConnectOptions.DEFAULT.withTls(wire.client().upgrade("localhost"));
            try (StreamConnection client = get(connecting(served, options))) {
                acceptAndDrop(accepted);
                warnings.awaitFrom("acceptAndDrop");
                assertThat(get(client.reader().readAll(1000))).containsExactly(1);
            }
        }
    }
}
