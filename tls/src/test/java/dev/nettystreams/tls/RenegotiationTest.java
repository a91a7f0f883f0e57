package dev.nettystreams.tls;

import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.TlsSession;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.ServerOptions;
import dev.nettystreams.netty.StreamServer;
import dev.nettystreams.netty.support.NoLeaks;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A second handshake on one connection (TLS 1.2), with which a client can make a server repeat the costly part. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class RenegotiationTest {
    private static final List<String> TLS_1_2 = List.of("TLSv1.2");

    static Stream<TlsWire> tcp() {
        return TlsWire.tcp();
    }

    private static TlsServer showing(TlsWire wire, CountingKeys keys) throws SSLException {
        return Tls.server(SslContextBuilder.forServer(keys)
                .sslProvider(wire.engine().provider)
                .build());
    }

    @ParameterizedTest
    @MethodSource("tcp")
    void asked_byAClient_isAnsweredByAnAlert_andNoSignature(TlsWire wire) throws Exception {
        CountingKeys keys = new CountingKeys(Certificates.LOCALHOST);
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                PlainPeer wires = PlainPeer.of(streams)) {
            TlsPeer client = TlsPeer.client(TLS_1_2);
            CompletableFuture<TlsSession> secured = wires.ours.writer().startTls(showing(wire, keys));
            wires.handshake(client);
            get(secured);
            int useCount = keys.useCount();
            CompletableFuture<byte[]> read = wires.ours.reader().read(1);
            wires.send(client.renegotiation());
            assertThat(wires.alertTo(client))
                    .hasMessageContaining(wire.engine() == TlsEngine.JDK ? "protocol_version" : "no_renegotiation");
            assertThat(keys.useCount()).isEqualTo(useCount).isPositive();
            assertThat(failureOf(read))
                    .isInstanceOf(StreamBrokenException.class)
                    .hasRootCauseInstanceOf(SSLException.class)
                    .rootCause()
                    .hasMessageContaining(
                            wire.engine() == TlsEngine.JDK
                                    ? "the client renegotiates, which is refused"
                                    : "NO_RENEGOTIATION");
        }
    }

    /** Servers ask for another handshake when they need a certificate later; once is enough for that. */
    @ParameterizedTest
    @MethodSource("tcp")
    void asked_byAServer_isGrantedOnce(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                PlainPeer wires = PlainPeer.of(streams)) {
            TlsPeer server = TlsPeer.server(TLS_1_2);
            CompletableFuture<TlsSession> secured =
                    wires.ours.writer().startTls(wire.client().upgrade("localhost"));
            wires.handshake(server);
            get(secured);
            wires.send(server.renegotiation());
            wires.handshake(server);
            wires.send(server.record(new byte[] {7}));
            assertThat(get(wires.ours.reader().readExactly(1))).containsExactly(7);
            CompletableFuture<byte[]> read = wires.ours.reader().read(1);
            wires.send(server.renegotiation());
            assertThat(failureOf(read))
                    .isInstanceOf(StreamBrokenException.class)
                    .hasRootCauseInstanceOf(SSLException.class)
                    .rootCause()
                    .hasMessageContaining(
                            wire.engine() == TlsEngine.JDK
                                    ? "the server renegotiates again and again"
                                    : "NO_RENEGOTIATION");
        }
    }

    private static boolean isOpenSslInstalled() throws InterruptedException {
        try {
            return new ProcessBuilder("openssl", "version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Scanners do this. */
    @ParameterizedTest
    @MethodSource("tcp")
    void asked_byOpenSsl_isRefused(TlsWire wire) throws Exception {
        assumeThat(isOpenSslInstalled()).as("openssl is installed").isTrue();
        CompletableFuture<Throwable> reported = new CompletableFuture<>();
        ServerOptions options =
                ServerOptions.DEFAULT.withTls(wire.server()).withReporter((at, failure) -> reported.complete(failure));
        ConnectionHandler handler = ConnectionHandler.callbacks((reader, writer) -> reader.relayTo(writer));
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                StreamServer server = get(streams.startServer(handler, "127.0.0.1", 0, options))) {
            Process client = new ProcessBuilder(
                            "openssl", "s_client", "-connect", "127.0.0.1:" + server.port(), "-tls1_2", "-no_ign_eof")
                    .redirectErrorStream(true)
                    .start();
            try (Writer typed = client.outputWriter(US_ASCII)) {
                typed.write("R\n");
                typed.flush();
                String said = new String(client.getInputStream().readAllBytes(), US_ASCII);
                assertThat(said).contains("RENEGOTIATING").containsAnyOf("protocol version", "no renegotiation");
            } finally {
                client.destroy();
            }
            assertThat(get(reported)).message().containsAnyOf("renegotiates", "NO_RENEGOTIATION");
        }
    }
}
