package dev.nettystreams.tls;

import static dev.nettystreams.Await.await;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.Await;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.LeftoverPolicy;
import dev.nettystreams.LineEnding;
import dev.nettystreams.PlaintextInjectionException;
import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * T2, T8: the border between plaintext and TLS, attacked by raw peers. No plaintext byte is read as if it had come
 * under TLS, no byte of TLS is lost, and nothing is written in plaintext after the border.
 */
@ExtendWith(NoLeaks.class)
class StartTlsBorderTest {
    private static final byte[] STARTTLS = "STARTTLS\r\n".getBytes(US_ASCII);
    private static final byte[] GO = "220 go\r\n".getBytes(US_ASCII);

    /** The outcome of one conversation of the server. */
    private record Report(Throwable failure, List<String> linesUnderTls) {}

    /** A server that supports STARTTLS and echoes lines under TLS. */
    private static final class StartTlsServer implements AutoCloseable {
        private final LinkedBlockingQueue<Report> reports = new LinkedBlockingQueue<>();
        private final TlsServer tls;
        private final StreamServer server;

        StartTlsServer(NettyStreams streams, TlsServer tls) throws Exception {
            this.tls = tls;
            this.server = get(streams.startServer(Await.onThreads(this::converse), "127.0.0.1", 0));
        }

        private void converse(StreamReader reader, StreamWriter writer) {
            List<String> lines = new ArrayList<>();
            Throwable failure = null;
            try {
                assertThat(await(reader.readLine(LineEnding.CRLF))).isEqualTo(STARTTLS);
                await(writer.startTls(tls, GO));
                for (byte[] line : reader.lines()) {
                    lines.add(new String(line, US_ASCII));
                    writer.write(line);
                    await(writer.drain());
                }
            } catch (Exception e) {
                failure = e;
            }
            reports.add(new Report(failure, lines));
        }

        Socket connect() throws IOException {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(20_000);
            return socket;
        }

        Report report() throws Exception {
            Report report = reports.poll(20, TimeUnit.SECONDS);
            assertThat(report).isNotNull();
            return report;
        }

        @Override
        public void close() {
            server.close();
        }
    }

    private static void send(Socket socket, byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Sends bytes to a server that may have closed already. */
    private static void provoke(Socket socket, byte[] bytes) {
        try {
            send(socket, bytes);
        } catch (IOException e) {
            // it has
        }
    }

    private static void readGo(Socket socket) throws IOException {
        assertThat(socket.getInputStream().readNBytes(GO.length)).isEqualTo(GO);
    }

    /** Reads until the connection ends, with a FIN or a reset. */
    private static byte[] readRest(Socket socket) throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        try {
            InputStream in = socket.getInputStream();
            for (int next = in.read(); next >= 0; next = in.read()) {
                rest.write(next);
            }
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
        return rest.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** ST-01: a command after STARTTLS, in the same segment or another, cut at every offset. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void commandBehindStartTls_isNeverHeard(TlsWire wire) throws Exception {
        byte[] attack = joined(STARTTLS, "NOOP evil\r\n".getBytes(US_ASCII));
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                StartTlsServer server = new StartTlsServer(streams, wire.server())) {
            for (int cut = 1; cut <= attack.length; cut++) {
                try (Socket attacker = server.connect()) {
                    send(attacker, Arrays.copyOf(attack, cut));
                    if (cut >= STARTTLS.length) {
                        readGo(attacker); // bytes sent from now on follow the go-ahead
                    }
                    provoke(attacker, Arrays.copyOfRange(attack, cut, attack.length));
                    if (cut < attack.length) {
                        provoke(attacker, "more than a record's header\r\n".getBytes(US_ASCII));
                    }
                    Report report = server.report();
                    assertThat(report.linesUnderTls()).isEmpty();
                    assertThat(report.failure()).isInstanceOf(SSLException.class);
                    assertThat(new String(readRest(attacker), US_ASCII)).doesNotContain("evil");
                }
            }
        }
    }

    /** The same attack on a server that discards unread plaintext: TLS starts, and the command has no effect. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void commandBehindStartTls_mayBeDropped(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                StartTlsServer server =
                        new StartTlsServer(streams, wire.server().leftoverPolicy(LeftoverPolicy.DISCARD));
                Socket attacker = server.connect()) {
            send(attacker, joined(STARTTLS, "NOOP evil\r\n".getBytes(US_ASCII)));
            readGo(attacker);
            talk(attacker, server);
        }
    }

    private static void talk(Socket socket, StartTlsServer server) throws Exception {
        RawTlsClient client = new RawTlsClient(socket.getInputStream(), socket.getOutputStream());
        send(socket, client.hello());
        talk(client, socket, server);
    }

    private static void talk(RawTlsClient client, Socket socket, StartTlsServer server) throws Exception {
        client.finishHandshake();
        client.write("good\r\n".getBytes(US_ASCII));
        assertThat(client.read()).asString(US_ASCII).isEqualTo("good\r\n");
        socket.close();
        assertThat(server.report().linesUnderTls()).containsExactly("good\r\n");
    }

    /** ST-09: the ClientHello arrives together with the command, or before the go-ahead, cut anywhere. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void helloTogetherWithTheCommand_isAnswered(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                StartTlsServer server = new StartTlsServer(streams, wire.server())) {
            for (int cut = STARTTLS.length; cut < STARTTLS.length + 12; cut++) {
                try (Socket socket = server.connect()) {
                    RawTlsClient client = new RawTlsClient(socket.getInputStream(), socket.getOutputStream());
                    byte[] all = joined(STARTTLS, client.hello());
                    int end = cut == STARTTLS.length + 11 ? all.length : cut;
                    send(socket, Arrays.copyOf(all, end));
                    readGo(socket);
                    send(socket, Arrays.copyOfRange(all, end, all.length));
                    talk(client, socket, server);
                }
            }
        }
    }

    /** ST-03: the engine judges plaintext that looks like TLS. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void recordsInClear_failTheHandshake(TlsWire wire) throws Exception {
        byte[][] records = {
            {23, 3, 3, 0, 5, 'e', 'v', 'i', 'l', '\n'}, // application data
            {21, 3, 3, 0, 2, 2, 40}, // a fatal alert
            {22, 3, 3, 0, 4, 99, 0, 0, 0}, // not a handshake message
            {20, 3, 3, 0, 1, 1}, // ChangeCipherSpec, first of all
        };
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                StartTlsServer server = new StartTlsServer(streams, wire.server())) {
            for (byte[] record : records) {
                try (Socket attacker = server.connect()) {
                    send(attacker, joined(STARTTLS, record));
                    readGo(attacker);
                    attacker.shutdownOutput();
                    Report report = server.report();
                    assertThat(report.linesUnderTls()).isEmpty();
                    assertThat(report.failure()).isInstanceOf(IOException.class);
                    readRest(attacker);
                }
            }
        }
    }

    /** ST-08: an attacker floods the switch with single bytes. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void floodThroughTheSwitch_isNeverHeard(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                StartTlsServer server = new StartTlsServer(streams, wire.server())) {
            for (int round = 0; round < 20; round++) {
                try (Socket attacker = server.connect()) {
                    OutputStream out = attacker.getOutputStream();
                    out.write(STARTTLS);
                    try {
                        for (int i = 0; i < 1_000; i++) {
                            out.write("evil\r\n".charAt(i % 6));
                        }
                    } catch (SocketException e) {
                        // it has closed
                    }
                    Report report = server.report();
                    assertThat(report.linesUnderTls()).isEmpty();
                    assertThat(report.failure()).isInstanceOf(IOException.class);
                }
            }
        }
    }

    /** A raw server, and our client connected to it that has read the go-ahead. */
    private record Victim(Socket server, StreamConnection client) implements AutoCloseable {
        static Victim greetedBy(NettyStreams streams, byte[]... segments) throws Exception {
            try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                StreamConnection client = get(streams.openConnection("127.0.0.1", listener.getLocalPort()));
                Socket server = listener.accept();
                server.setTcpNoDelay(true);
                server.setSoTimeout(20_000);
                for (byte[] segment : segments) {
                    server.getOutputStream().write(segment);
                }
                assertThat(get(client.reader().readLine(LineEnding.CRLF))).isEqualTo(GO);
                return new Victim(server, client);
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
            client.abort();
        }
    }

    /** ST-02: bytes after the go-ahead are refused before a byte of TLS is sent. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void replyBehindTheGoAhead_isRefused(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            for (String injected : List.of("x", "250-evil", "250 evil\r\n", "250-a\r\n250 b\r\n")) {
                byte[] bytes = injected.getBytes(US_ASCII);
                try (Victim victim = Victim.greetedBy(streams, joined(GO, bytes))) {
                    StreamReader reader = victim.client().reader();
                    Throwable failure = failureOf(
                            victim.client().writer().startTls(wire.client().upgrade("localhost")));
                    assertThat(failure).isInstanceOf(PlaintextInjectionException.class);
                    assertThat(((PlaintextInjectionException) failure).byteCount())
                            .isEqualTo(bytes.length);
                    assertThat(failureOf(reader.read(100))).isInstanceOf(StreamBrokenException.class);
                    assertThat(readRest(victim.server())).isEmpty();
                }
            }
        }
    }

    /** The same, a moment later: then the engine refuses the bytes. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void replyBehindTheHello_isRefused(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                Victim victim = Victim.greetedBy(streams, GO)) {
            CompletableFuture<?> handshake =
                    victim.client().writer().startTls(wire.client().upgrade("localhost"));
            assertThat(victim.server().getInputStream().read()).isEqualTo(22);
            send(victim.server(), "250 evil\r\n250 more of it\r\n".getBytes(US_ASCII));
            assertThat(failureOf(handshake)).isInstanceOf(SSLException.class);
            assertThat(failureOf(victim.client().reader().read(100))).isInstanceOf(StreamBrokenException.class);
        }
    }

    /** ST-05: there is no way back: after a failed upgrade nothing is sent in plaintext. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void afterAFailedUpgrade_nothingIsSentInClear(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                Victim victim = Victim.greetedBy(streams, GO)) {
            StreamWriter writer = victim.client().writer();
            CompletableFuture<?> handshake = writer.startTls(wire.client().upgrade("localhost"));
            assertThatThrownBy(() -> writer.write("AUTH PLAIN secret\r\n".getBytes(US_ASCII)))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(victim.server().getInputStream().read()).isEqualTo(22); // the hello
            send(victim.server(), "454 no TLS today\r\n".getBytes(US_ASCII));
            assertThat(failureOf(handshake)).isInstanceOf(SSLException.class);
            assertThatThrownBy(() -> writer.write("AUTH PLAIN secret\r\n".getBytes(US_ASCII)))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(failureOf(writer.drain())).isInstanceOf(StreamBrokenException.class);
            assertThat(writer.tlsSession()).isNull();
            assertThat(new String(readRest(victim.server()), US_ASCII)).doesNotContain("secret");
        }
    }

    /** ST-10: everything written before is on the wire, in order, before the first byte of TLS. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void pendingPlaintext_precedesTls(TlsWire wire) throws Exception {
        byte[] pending = Wire.pattern(8 << 20);
        CompletableFuture<Boolean> wasSecured = new CompletableFuture<>();
        ConnectionHandler handler = ConnectionHandler.callbacks((reader, writer) -> {
            writer.write(pending);
            return writer.startTls(wire.server(), GO).thenAccept(session -> {
                wasSecured.complete(true);
                writer.write("under TLS".getBytes(US_ASCII));
            });
        });
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                StreamServer server = get(streams.startServer(handler, "127.0.0.1", 0));
                Socket peer = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            RawTlsClient client = new RawTlsClient(peer.getInputStream(), peer.getOutputStream());
            send(peer, client.hello()); // early: the bytes wait for their turn
            assertThat(wasSecured).isNotDone();
            assertThat(peer.getInputStream().readNBytes(pending.length)).isEqualTo(pending);
            readGo(peer);
            client.finishHandshake();
            assertThat(client.read()).asString(US_ASCII).isEqualTo("under TLS");
        }
    }

    /** ST-12: the peer leaves after each of its flights. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void peerThatGoesAway_endsTheHandshake(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                StartTlsServer server = new StartTlsServer(streams, wire.server())) {
            for (int flight = 0; flight < 3; flight++) {
                try (Socket socket = server.connect()) {
                    RawTlsClient client = new RawTlsClient(socket.getInputStream(), socket.getOutputStream());
                    byte[] hello = client.hello();
                    send(socket, STARTTLS);
                    readGo(socket);
                    send(socket, Arrays.copyOf(hello, flight == 0 ? 0 : flight == 1 ? 20 : hello.length));
                    if (flight == 2) {
                        assertThat(socket.getInputStream().read()).isEqualTo(22);
                    }
                }
                assertThat(server.report().failure()).isInstanceOf(IOException.class);
            }
        }
    }

    /** The positive control: the test above catches a reader whose buffer survives the upgrade. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#perEngine")
    void vulnerableServer_isCaught(TlsWire wire) throws Exception {
        LinkedBlockingQueue<String> heardUnderTls = new LinkedBlockingQueue<>();
        ConnectionHandler vulnerable = Await.onThreads((reader, writer) -> {
            String buffered =
                    new String(await(reader.readAvailable()), US_ASCII); // its own buffer, as in James and Dovecot
            while (!buffered.contains("\r\n")) {
                buffered += new String(await(reader.read(100)), US_ASCII);
            }
            String left = buffered.substring(buffered.indexOf('\n') + 1);
            await(writer.startTls(wire.server(), GO));
            heardUnderTls.add(left); // its parser goes on where it was
        });
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                StreamServer server = get(streams.startServer(vulnerable, "127.0.0.1", 0));
                Socket attacker = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            send(attacker, joined(STARTTLS, "NOOP evil\r\n".getBytes(US_ASCII)));
            readGo(attacker);
            RawTlsClient client = new RawTlsClient(attacker.getInputStream(), attacker.getOutputStream());
            send(attacker, client.hello());
            client.finishHandshake();
            assertThat(heardUnderTls.poll(20, TimeUnit.SECONDS)).isEqualTo("NOOP evil\r\n");
        }
    }
}
