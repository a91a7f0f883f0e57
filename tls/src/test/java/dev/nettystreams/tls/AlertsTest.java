package dev.nettystreams.tls;

import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.TlsSession;
import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.support.NoLeaks;
import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.internal.tcnative.CertificateVerifier;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The alerts with which our side refuses a certificate: the other side's operator has no other information. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class AlertsTest {
    private static final NettyStreams STREAMS = NettyStreams.create(IoBackend.best());

    /** The only alert of older JDKs in TLS 1.3. */
    private static final String OF_OLDER_JDKS = "certificate_unknown";

    @AfterAll
    static void close() {
        STREAMS.close();
    }

    /**
     * The presented certificate, and the alerts that may refuse it (RFC 8446 section 6.2). The JDK's engine has no
     * alert for an unknown root, and as a server it has one alert for everything.
     */
    @SuppressWarnings("ImmutableEnumChecker") // suppliers
    private enum Refused {
        UNKNOWN_ROOT(FaultyCertificates::ofAnUnknownRoot, "unknown_ca", "certificate_unknown"),
        SELF_SIGNED(FaultyCertificates::selfSigned, "unknown_ca", "certificate_unknown"),
        WITHOUT_INTERMEDIATE(FaultyCertificates::withoutItsIntermediate, "unknown_ca", "certificate_unknown"),
        EXPIRED(FaultyCertificates::expired, "certificate_expired", "certificate_expired"),
        NOT_YET_VALID(FaultyCertificates::notYetValid, "certificate_expired", "bad_certificate"),
        NAMESAKES_ROOT(FaultyCertificates::ofAnUnknownRootOfTheSameName, "bad_certificate", "bad_certificate"),
        NO_AUTHORITY(FaultyCertificates::issuedByAnEndEntity, "certificate_unknown", "certificate_unknown"),
        OTHER_HOST(
                () -> Certificates.issue(Certificates.ROOT, "mail.example.org"),
                "certificate_unknown",
                "certificate_unknown");

        final Supplier<X509Bundle> bundle;
        final String ofBoringSsl;
        final String ofTheJdk;

        Refused(Supplier<X509Bundle> bundle, String ofBoringSsl, String ofTheJdk) {
            this.bundle = bundle;
            this.ofBoringSsl = ofBoringSsl;
            this.ofTheJdk = ofTheJdk;
        }
    }

    @TestFactory
    Stream<DynamicTest> clients_sayWhy() {
        List<DynamicTest> tests = new ArrayList<>();
        for (TlsWire wire : TlsWire.perEngine().toList()) {
            for (String version : TlsPeer.VERSIONS) {
                for (Refused refused : Refused.values()) {
                    tests.add(dynamicTest(wire.engine() + " " + version + " " + refused, () -> {
                        TlsClient client = wire.client().protocols(version);
                        TlsPeer server = TlsPeer.showing(refused.bundle.get(), false, version);
                        assertThat(alert(client.upgrade("localhost"), server))
                                .isIn(
                                        wire.engine() == TlsEngine.JDK
                                                ? List.of(refused.ofTheJdk, OF_OLDER_JDKS)
                                                : List.of(refused.ofBoringSsl));
                    }));
                }
            }
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> servers_sayWhy() {
        TlsTrust root = TlsTrust.certificates(Certificates.ROOT.getCertificate());
        List<DynamicTest> tests = new ArrayList<>();
        for (TlsWire wire : TlsWire.perEngine().toList()) {
            for (String version : TlsPeer.VERSIONS) {
                TlsServer server = wire.server().protocols(version).requiringClientCertificate(root);
                for (Refused refused : Refused.values()) {
                    if (refused == Refused.OTHER_HOST) {
                        continue; // a server verifies no name
                    }
                    tests.add(dynamicTest(wire.engine() + " " + version + " " + refused, () -> {
                        TlsPeer client = TlsPeer.showing(refused.bundle.get(), true, version);
                        boolean isJdk = wire.engine() == TlsEngine.JDK;
                        assertThat(alert(server, client))
                                .isEqualTo(isJdk ? "certificate_unknown" : refused.ofBoringSsl);
                    }));
                }
                tests.add(dynamicTest(wire.engine() + " " + version + " nothing", () -> {
                    TlsPeer client = TlsPeer.showing(null, true, version);
                    assertThat(alert(server, client)).isIn(withoutCertificate(version));
                }));
            }
        }
        return tests.stream();
    }

    /** Older JDKs say {@code bad_certificate}. */
    private static Set<String> withoutCertificate(String version) {
        return version.equals("TLSv1.3")
                ? Set.of("certificate_required", "bad_certificate")
                : Set.of("handshake_failure", "bad_certificate");
    }

    static Stream<TlsWire> tcp() {
        return TlsWire.tcp();
    }

    /** The peer keeps its end open and waits; our side must not. */
    @ParameterizedTest
    @MethodSource("tcp")
    void damagedRecord_endsTheConnection_onBothSides(TlsWire wire) throws Exception {
        for (String version : TlsPeer.VERSIONS) {
            for (boolean isBehindAGoodOne : new boolean[] {false, true}) {
                try (NettyStreams streams = NettyStreams.create(wire.backend());
                        PlainPeer wires = PlainPeer.of(streams)) {
                    TlsPeer client = TlsPeer.client(List.of(version));
                    CompletableFuture<TlsSession> secured = wires.ours.writer().startTls(wire.server());
                    wires.handshake(client);
                    get(secured);
                    ByteArrayOutputStream segment = new ByteArrayOutputStream();
                    if (isBehindAGoodOne) {
                        segment.writeBytes(client.record(new byte[] {1}));
                    }
                    byte[] damaged = client.record(new byte[100]);
                    damaged[damaged.length - 1] ^= 1;
                    segment.writeBytes(damaged);
                    wires.send(segment.toByteArray());
                    if (isBehindAGoodOne) {
                        assertThat(get(wires.ours.reader().readExactly(1))).containsExactly(1);
                    }
                    assertThat(failureOf(wires.ours.reader().read(1)))
                            .isInstanceOf(StreamBrokenException.class)
                            .hasCauseInstanceOf(SSLException.class);
                    assertThat(wires.alertTo(client)).hasMessageContaining("bad_record_mac");
                }
            }
        }
    }

    /** No test has a revoked certificate, only the exception for one. */
    @Test
    void revoked_isSaidAsSuch() {
        assumeThat(TlsEngine.BORINGSSL.isAvailable()).isTrue();
        var revoked = new CertPathValidatorException("revoked", null, null, -1, BasicReason.REVOKED);
        X509ExtendedTrustManager trust = new AlertingTrust(new Refusing(new CertificateException("no", revoked)));
        assertThatThrownBy(() -> trust.checkServerTrusted(new X509Certificate[0], "", (SSLEngine) null))
                .isInstanceOfSatisfying(
                        OpenSslCertificateException.class,
                        refusal ->
                                assertThat(refusal.errorCode()).isEqualTo(CertificateVerifier.X509_V_ERR_CERT_REVOKED));
    }

    /** Refuses every peer, for one reason. */
    private static final class Refusing extends X509ExtendedTrustManager {
        private final CertificateException reason;

        Refusing(CertificateException reason) {
            this.reason = reason;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            throw reason;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            throw reason;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            throw reason;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            throw reason;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw reason;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw reason;
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** Returns the last alert that our side sends to a manual peer. */
    private static String alert(dev.nettystreams.TlsUpgrade ours, TlsPeer peer) throws Exception {
        try (PlainPeer wires = PlainPeer.of(STREAMS)) {
            CompletableFuture<?> secured = wires.ours.writer().startTls(ours);
            wires.send(peer.flight());
            SSLException alert = wires.alertTo(peer);
            assertThat(failureOf(secured)).isInstanceOf(SSLException.class);
            String said = String.valueOf(alert.getMessage());
            return said.replaceAll("^\\(.*\\) ", "").replace("Received fatal alert: ", "");
        }
    }
}
