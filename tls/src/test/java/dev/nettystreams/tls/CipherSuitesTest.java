package dev.nettystreams.tls;

import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.TlsSession;
import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.support.NoLeaks;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One list of suites for both engines and both sides: that of RFC 9325. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class CipherSuitesTest {
    private static final NettyStreams STREAMS = NettyStreams.create(IoBackend.best());

    private static final List<Integer> TLS_1_3 = List.of(0x1301, 0x1302, 0x1303);

    /** ECDHE with AES-GCM or ChaCha20-Poly1305 (RFC 5289, RFC 7905). */
    private static final List<Integer> TLS_1_2 = List.of(0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8);

    /** Not a suite: a client sends it instead of renegotiation_info (RFC 5746). */
    private static final int SCSV = 0x00ff;

    private static final byte ALERT = 21;
    private static final byte FATAL = 2;
    private static final byte HANDSHAKE_FAILURE = 40;

    @AfterAll
    static void close() {
        STREAMS.close();
    }

    static Stream<TlsWire> perEngine() {
        return TlsWire.perEngine();
    }

    private static List<TlsClient> clients(TlsWire wire) throws Exception {
        List<TlsClient> clients =
                new ArrayList<>(List.of(wire.client(), Tls.client().engine(wire.engine())));
        if (wire.engine() == TlsEngine.JDK) {
            clients.add(Tls.client(SSLContext.getDefault()));
        }
        return clients;
    }

    @ParameterizedTest
    @MethodSource("perEngine")
    void clients_offerTheList_inItsOrder(TlsWire wire) throws Exception {
        for (TlsClient client : clients(wire)) {
            List<Integer> offered = offered(client);
            assertThat(offered.subList(0, 3)) // BoringSSL orders them by the capabilities of the processor
                    .containsExactlyInAnyOrderElementsOf(TLS_1_3);
            assertThat(offered.subList(3, offered.size())).isEqualTo(TLS_1_2);
            assertThat(offered(client.protocols("TLSv1.2"))).isEqualTo(TLS_1_2);
            assertThat(offered(client.protocols("TLSv1.3"))).containsExactlyInAnyOrderElementsOf(TLS_1_3);
        }
    }

    /** Returns the suites in the ClientHello of one of our clients (RFC 8446 section 4.1.2). */
    private static List<Integer> offered(TlsClient client) throws Exception {
        try (PlainPeer wires = PlainPeer.of(STREAMS)) {
            CompletableFuture<TlsSession> secured = wires.ours.writer().startTls(client.upgrade("localhost"));
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            do {
                said.writeBytes(wires.receive());
            } while (said.size() < 5
                    || said.size() < 5 + ByteBuffer.wrap(said.toByteArray()).getShort(3));
            ByteBuffer hello = ByteBuffer.wrap(said.toByteArray());
            hello.position(firstSuiteOf(hello) - 2);
            List<Integer> suites = new ArrayList<>();
            for (int left = hello.getShort(); left > 0; left -= 2) {
                int suite = hello.getShort() & 0xffff;
                if (suite != SCSV) {
                    suites.add(suite);
                }
            }
            wires.ours.abort();
            failureOf(secured);
            return suites;
        }
    }

    private static TlsServer showing(TlsWire wire, Algorithm algorithm) throws Exception {
        X509Bundle bundle =
                FaultyCertificates.issued(FaultyCertificates.localhost().algorithm(algorithm));
        return Tls.server(Certificates.identity(bundle)).engine(wire.engine());
    }

    /** Suites by number: newer JDKs do not offer the first of them. */
    private enum Refused {
        RSA_WITH_AES_128_GCM_SHA256(0x009c),
        RSA_WITH_AES_256_GCM_SHA384(0x009d),
        RSA_WITH_AES_128_CBC_SHA(0x002f),
        RSA_WITH_AES_256_CBC_SHA(0x0035),
        RSA_WITH_AES_128_CBC_SHA256(0x003c),
        DHE_RSA_WITH_AES_128_GCM_SHA256(0x009e),
        ECDHE_RSA_WITH_AES_128_CBC_SHA(0xc013),
        ECDHE_RSA_WITH_AES_256_CBC_SHA(0xc014),
        ECDHE_RSA_WITH_AES_256_CBC_SHA384(0xc028);

        final short number;

        Refused(int number) {
            this.number = (short) number;
        }
    }

    @ParameterizedTest
    @MethodSource("perEngine")
    void servers_takeNeitherRsaKeyTransportNorCbc(TlsWire wire) throws Exception {
        TlsServer server = showing(wire, Algorithm.rsa2048);
        for (Refused refused : Refused.values()) {
            try (PlainPeer wires = PlainPeer.of(STREAMS)) {
                ByteBuffer hello =
                        ByteBuffer.wrap(TlsPeer.clientOffering("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLSv1.2")
                                .flight());
                hello.putShort(firstSuiteOf(hello), refused.number);
                CompletableFuture<TlsSession> secured = wires.ours.writer().startTls(server);
                wires.send(hello.array());
                assertThat(wires.receive()).as("%s", refused).startsWith(ALERT).endsWith(FATAL, HANDSHAKE_FAILURE);
                assertThat(failureOf(secured)).isInstanceOf(SSLException.class);
            }
        }
    }

    private static int firstSuiteOf(ByteBuffer hello) {
        int sessionId = 5 + 4 + 2 + 32; // after both headers, the version and the random bytes
        return sessionId + 1 + hello.get(sessionId) + 2;
    }

    @ParameterizedTest
    @MethodSource("perEngine")
    void servers_takeTheList(TlsWire wire) throws Exception {
        TlsServer rsa = showing(wire, Algorithm.rsa2048);
        TlsServer ec = showing(wire, Algorithm.ecp256);
        for (String suite : CipherSuites.of(List.of())) {
            boolean isTls13 = !suite.contains("_WITH_");
            try (PlainPeer wires = PlainPeer.of(STREAMS)) {
                TlsPeer client = TlsPeer.clientOffering(suite, isTls13 ? "TLSv1.3" : "TLSv1.2");
                CompletableFuture<TlsSession> secured =
                        wires.ours.writer().startTls(suite.contains("ECDSA") ? ec : rsa);
                wires.handshake(client);
                assertThat(get(secured).cipherSuite()).isEqualTo(suite);
            }
        }
    }

    /** These versions must be asked for explicitly, and all of their suites use CBC. */
    @Test
    void olderVersions_haveSuitesOfTheirTime() {
        assertThat(CipherSuites.of(List.of("TLSv1.1", "TLSv1.2")))
                .containsAll(CipherSuites.of(List.of()))
                .contains("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA")
                .noneMatch(suite -> suite.startsWith("TLS_RSA"));
    }
}
