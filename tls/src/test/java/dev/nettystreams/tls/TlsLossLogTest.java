package dev.nettystreams.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.ConnectOptions;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.ServerOptions;
import dev.nettystreams.netty.StreamServer;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.StreamsPerBackend;
import dev.nettystreams.netty.support.Wire;
import dev.nettystreams.support.FlightRecording;
import dev.nettystreams.support.LoggedLines;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * O1, O2, O5: a peer that resets its connection under TLS, or during the handshake, causes a line for debugging, and a
 * handshake tells counts and an event.
 */
@ExtendWith(NoLeaks.class)
class TlsLossLogTest {
    private static final byte[] BEGIN_OF_A_RECORD = {22, 3, 1};

    @RegisterExtension
    static final StreamsPerBackend STREAMS = new StreamsPerBackend(NettyStreams::create);

    static Stream<TlsWire> wires() {
        return TlsWire.tcp();
    }

    private static StreamServer serve(TlsWire wire, ConnectionHandler handler) throws Exception {
        return Wire.get(STREAMS.over(wire.backend())
                .startServer(handler, "127.0.0.1", 0, ServerOptions.DEFAULT.withTls(wire.server())));
    }

    private static StreamConnection connect(TlsWire wire, StreamServer server) throws Exception {
        return Wire.get(STREAMS.over(wire.backend())
                .openConnection(
                        "127.0.0.1",
                        server.port(),
                        ConnectOptions.DEFAULT.withTls(wire.client().upgrade("localhost"))));
    }

    private static void end(StreamServer server) throws Exception {
        server.close();
        Wire.get(server.waitClosed());
    }

    /** The limit of ten lines a second may have left the line out. */
    private static void assertOneLineForDebugging(LoggedLines log) {
        assertThat(log.all())
                .hasSizeLessThanOrEqualTo(1)
                .allSatisfy(line ->
                        assertThat(line).startsWith("FINE StreamConnection[").contains("ended: dev.nettystreams."));
    }

    @ParameterizedTest
    @MethodSource("wires")
    void reset_duringTheHandshake_isForDebugging(TlsWire wire) throws Exception {
        try (LoggedLines log = new LoggedLines()) {
            StreamServer server = serve(wire, Wire.ECHO);
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                client.getOutputStream().write(BEGIN_OF_A_RECORD);
                while (server.metrics().handshakes() == 0) {
                    Thread.onSpinWait();
                }
                client.setSoLinger(true, 0);
            }
            end(server);
            assertOneLineForDebugging(log);
            assertThat(server.metrics().handshakesFailed()).isEqualTo(1);
            assertThat(server.metrics().connectionsFailed()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("wires")
    void reset_whileTheHandlerReads_isForDebugging(TlsWire wire) throws Exception {
        CompletableFuture<Void> waiting = new CompletableFuture<>();
        check(wire, waiting, ConnectionHandler.callbacks((reader, writer) -> {
            CompletableFuture<byte[]> line = reader.readLine();
            waiting.complete(null);
            return line;
        }));
    }

    @ParameterizedTest
    @MethodSource("wires")
    void reset_whileTheHandlerWaitsForRoom_isForDebugging(TlsWire wire) throws Exception {
        CompletableFuture<Void> waiting = new CompletableFuture<>();
        check(wire, waiting, ConnectionHandler.callbacks((reader, writer) -> {
            writer.writeOwned(ByteBuffer.allocate(16 << 20));
            CompletableFuture<Void> drained = writer.drain();
            waiting.complete(null);
            return drained;
        }));
    }

    private static void check(TlsWire wire, CompletableFuture<Void> waiting, ConnectionHandler handler)
            throws Exception {
        try (LoggedLines log = new LoggedLines()) {
            StreamServer server = serve(wire, handler);
            StreamConnection client = connect(wire, server);
            Wire.get(waiting);
            client.abort();
            end(server);
            assertOneLineForDebugging(log);
            assertThat(server.metrics().handshakes()).isEqualTo(1);
            assertThat(server.metrics().handshakesFailed()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("wires")
    void handshake_isAnEvent_andItsBytesDoNotCount(TlsWire wire) throws Exception {
        try (FlightRecording recording = new FlightRecording()) {
            StreamServer server = serve(wire, Wire.ECHO);
            StreamConnection client = connect(wire, server);
            client.writer().write(new byte[100]);
            Wire.get(client.reader().readExactly(100));
            assertThat(client.metrics().bytesRead()).isEqualTo(100);
            assertThat(client.metrics().bytesWritten()).isEqualTo(100);
            assertThat(client.metrics().handshakes()).isEqualTo(1);
            assertThat(server.metrics().bytesRead()).isEqualTo(100);
            String peer = String.valueOf(client.localAddress());
            RecordedEvent event = recording.event("Handshake", peer);
            assertThat(event.getString("engine")).isEqualTo(wire.engine().toString());
            assertThat(event.getString("protocol")).isEqualTo("TLSv1.3");
            assertThat(event.getString("cipherSuite")).startsWith("TLS_");
            assertThat(event.getString("outcome")).isEqualTo("secured");
            client.close();
            end(server);
            assertThat(recording.event("Connection", peer).getLong("connectionId"))
                    .isEqualTo(event.getLong("connectionId"));
        }
    }
}
