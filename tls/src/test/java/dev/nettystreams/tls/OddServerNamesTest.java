package dev.nettystreams.tls;

import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.nettystreams.TlsSession;
import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Host names that clients ask for and Java's {@code SNIHostName} refuses; such a name must not end the connection. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class OddServerNamesTest {
    private static final NettyStreams STREAMS = NettyStreams.create(IoBackend.best());
    private static final X509Bundle SERVICE =
            FaultyCertificates.issued(FaultyCertificates.leaf().subject("CN=my_service"));
    private static final X509Bundle ANY = Certificates.issue(Certificates.ROOT, "any.example");

    @AfterAll
    static void close() {
        STREAMS.close();
    }

    /** The name that a client asks for, the name that the streams report, and the identity that answers it. */
    @SuppressWarnings("ImmutableEnumChecker") // bundles are never changed
    private enum Asked {
        PLAIN("localhost", "localhost", Certificates.LOCALHOST),
        ROOTED("localhost.", "localhost.", Certificates.LOCALHOST),
        UNDERSCORE("my_service", "my_service", SERVICE),
        UNDERSCORE_IN_CAPITALS("MY_Service.", "MY_Service.", SERVICE),
        UNDERSCORE_BELOW_ANY("my_host.any.example", "my_host.any.example", ANY),
        UNKNOWN("_dmarc.example", "_dmarc.example", Certificates.LOCALHOST),
        HYPHEN_AT_THE_END("host-", "host-", Certificates.LOCALHOST),
        EMPTY_LABEL("a..b", "a..b", Certificates.LOCALHOST),
        DOT(".", ".", Certificates.LOCALHOST),
        ADDRESS("127.0.0.1", "127.0.0.1", Certificates.LOCALHOST),
        ADDRESS_WITH_COLONS("::1", "::1", Certificates.LOCALHOST),
        LONG("x".repeat(255), "x".repeat(255), Certificates.LOCALHOST),
        BLANK("a b", null, Certificates.LOCALHOST),
        ESCAPE("\u001b[2Ja", null, Certificates.LOCALHOST),
        LINES("a\nb", null, Certificates.LOCALHOST),
        NO_UTF8("a\u00ff\u00fe", null, Certificates.LOCALHOST);

        final String name;
        final String told;
        final X509Bundle shown;

        Asked(String name, String told, X509Bundle shown) {
            this.name = name;
            this.told = told;
            this.shown = shown;
        }

        /** Returns whether Java accepts the name as a host name. */
        boolean isHeldByJava() {
            try {
                return new javax.net.ssl.SNIHostName(name.getBytes(ISO_8859_1)) != null;
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
    }

    private record Server(String name, boolean hasSeveral, TlsServer server) {}

    private static List<Server> servers(TlsWire wire) throws Exception {
        return List.of(
                new Server("one identity", false, wire.server()),
                new Server(
                        "several",
                        true,
                        wire.server()
                                .identityFor("my_service", Certificates.identity(SERVICE))
                                .identityFor("*.any.example", Certificates.identity(ANY))),
                new Server("key store", false, Tls.server(inAKeyStore()).engine(wire.engine())),
                new Server("Netty's context", false, Tls.server(nettys(wire))));
    }

    private static TlsIdentity inAKeyStore() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "key",
                Certificates.LOCALHOST.getKeyPair().getPrivate(),
                new char[0],
                Certificates.LOCALHOST.getCertificatePath());
        return TlsIdentity.keyStore(store, new char[0]);
    }

    private static SslContext nettys(TlsWire wire) throws Exception {
        return SslContextBuilder.forServer(Certificates.LOCALHOST.toKeyManagerFactory())
                .sslProvider(wire.engine().provider)
                .build();
    }

    @TestFactory
    Stream<DynamicTest> askedFor() throws Exception {
        List<DynamicTest> tests = new ArrayList<>();
        for (TlsWire wire : TlsWire.perEngine().toList()) {
            for (Server server : servers(wire)) {
                for (String version : TlsPeer.VERSIONS) {
                    for (Asked asked : Asked.values()) {
                        tests.add(dynamicTest(
                                wire.engine() + " " + server.name() + " " + version + " " + asked,
                                () -> ask(wire, server, version, asked)));
                    }
                }
            }
        }
        return tests.stream();
    }

    private static void ask(TlsWire wire, Server server, String version, Asked asked) throws Exception {
        try (PlainPeer wires = PlainPeer.of(STREAMS)) {
            TlsPeer client = TlsPeer.clientAskingFor(asked.name.getBytes(ISO_8859_1), List.of(version));
            CompletableFuture<TlsSession> secured = wires.ours.writer().startTls(server.server());
            if (wire.engine() == TlsEngine.JDK && !asked.isHeldByJava()) { // it parses the ClientHello itself
                wires.send(client.flight());
                assertThat(failureOf(secured))
                        .isInstanceOf(SSLException.class)
                        .message()
                        .startsWith("the JDK's engine refuses the host that the client asks for (SNI)")
                        .matches("[ -~]+");
                assertThat(wires.alertTo(client)).hasMessageContaining("illegal_parameter");
                return;
            }
            wires.handshake(client);
            assertThat(get(secured).serverName()).isEqualTo(asked.told);
            X509Bundle shown = server.hasSeveral() ? asked.shown : Certificates.LOCALHOST;
            assertThat(client.peerCertificate()).isEqualTo(shown.getCertificate());
            wires.send(client.record("to".getBytes(US_ASCII)));
            assertThat(get(wires.ours.reader().readExactly(2))).isEqualTo("to".getBytes(US_ASCII));
            wires.ours.writer().write("fro".getBytes(US_ASCII));
            ByteArrayOutputStream heard = new ByteArrayOutputStream();
            while (heard.size() < 3) {
                client.hear(wires.receive());
                heard.writeBytes(client.heard());
            }
            assertThat(heard.toString(US_ASCII)).isEqualTo("fro");
        }
    }

    static Stream<TlsWire> perEngine() {
        return TlsWire.perEngine();
    }

    /** The engine may be gone when the streams read the session from it. */
    @ParameterizedTest
    @MethodSource("perEngine")
    void clientsEnd_inOneSegmentWithItsLastFlight_isAGoodHandshake(TlsWire wire) throws Exception {
        for (String version : TlsPeer.VERSIONS) {
            try (PlainPeer wires = PlainPeer.of(STREAMS)) {
                TlsPeer client = TlsPeer.clientAskingFor("localhost".getBytes(US_ASCII), List.of(version));
                CompletableFuture<TlsSession> secured =
                        wires.ours.writer().startTls(wire.server().protocols(version));
                wires.send(client.flight());
                byte[] last = {};
                while (!client.isHandshaken()) {
                    wires.send(last);
                    client.hear(wires.receive());
                    last = client.flight();
                }
                ByteArrayOutputStream segment = new ByteArrayOutputStream();
                segment.writeBytes(last);
                segment.writeBytes(client.record(new byte[] {1}));
                segment.writeBytes(client.goodbye());
                wires.send(segment.toByteArray());
                assertThat(get(secured).protocol()).isEqualTo(version);
                assertThat(get(secured).serverName()).isEqualTo("localhost");
                assertThat(get(wires.ours.reader().read(-1))).containsExactly(1);
            }
        }
    }

    /** NewSunX509 also asks the session for names; {@code java.security} can make it the default. */
    @ParameterizedTest
    @MethodSource("perEngine")
    void keyManagersThatAskForNames_areNotAskedWithOneThatJavaRefuses(TlsWire wire) throws Exception {
        String before = KeyManagerFactory.getDefaultAlgorithm();
        TlsServer server;
        try {
            java.security.Security.setProperty("ssl.KeyManagerFactory.algorithm", "NewSunX509");
            server = Tls.server(inAKeyStore()).engine(wire.engine());
        } finally {
            java.security.Security.setProperty("ssl.KeyManagerFactory.algorithm", before);
        }
        for (Asked asked : List.of(Asked.PLAIN, Asked.UNDERSCORE, Asked.ROOTED)) {
            ask(wire, new Server("NewSunX509", false, server), "TLSv1.3", asked);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, localhost, localhost",
        "localhost., localhost, localhost",
        "my_host.example, my_host.example, my_host.example",
        "My_Host., My_Host, my_host",
        "_x.b\u00fccher.test, _x.b\u00fccher.test, _x.xn--bcher-kva.test",
        "127.0.0.1, 127.0.0.1,",
        "::1, ::1,",
        "fe80::1%eth0, fe80::1,",
        "[fe80::1%25eth0], fe80::1,",
        "[::1], ::1,",
        "*.example, *.example,",
        "a b, a b,",
        "eth%0, eth%0,"
    })
    void clients_askForWhatCanBeAName_andVerifyWithoutZone(String host, String verified, String asked) {
        PeerName name = PeerName.of(host);
        assertThat(name.verified()).isEqualTo(verified);
        assertThat(name.askedName()).isEqualTo(asked);
    }

    @ParameterizedTest
    @MethodSource("perEngine")
    void underscores_areAskedFor_andTheJdkVerifiesNone(TlsWire wire) throws Exception {
        for (String version : TlsPeer.VERSIONS) {
            TlsClient client = wire.client().protocols(version);
            for (String host : List.of("my_service", "my_host.any.example")) {
                assertThat(askedOfAPeer(client.insecureWithoutHostName().upgrade(host)))
                        .contains(host);
                assertThat(askedOfAPeer(client.upgrade(host))).contains(host);
            }
            if (TlsEngine.best() == TlsEngine.JDK) {
                continue; // its servers refuse the name first
            }
            TlsServer server = Tls.server(Certificates.identity(SERVICE)).engine(TlsEngine.BORINGSSL);
            Wire.Pair pair = wire.pair(STREAMS);
            CompletableFuture<TlsSession> ofServer = pair.server().writer().startTls(server);
            CompletableFuture<TlsSession> ofClient = pair.client().writer().startTls(client.upgrade("my_service"));
            assertThat(failureOf(ofClient)).hasMessageEndingWith("Illegal given domain name: my_service");
            assertThat(failureOf(ofServer)).isInstanceOf(java.io.IOException.class);
            pair.client().abort();
            pair.server().abort();
        }
    }

    /** Both sides are ours on BoringSSL, whose server accepts the name. */
    @Test
    void underscores_areServed_whereNamesAreNotVerified() throws Exception {
        for (TlsWire wire : TlsWire.perEngine()
                .filter(wire -> wire.engine() == TlsEngine.BORINGSSL)
                .toList()) {
            Wire.Pair pair = wire.pair(STREAMS);
            TlsServer server = wire.server().identityFor("my_service", Certificates.identity(SERVICE));
            CompletableFuture<TlsSession> ofServer = pair.server().writer().startTls(server);
            TlsSession ofClient = get(pair.client()
                    .writer()
                    .startTls(wire.client().insecureWithoutHostName().upgrade("my_service")));
            assertThat(ofClient.serverName()).isEqualTo("my_service");
            assertThat(ofClient.peerCertificates().get(0)).isEqualTo(SERVICE.getCertificate());
            assertThat(get(ofServer).serverName()).isEqualTo("my_service");
            pair.close();
        }
    }

    /** Returns the ClientHello of one of our clients as sent: it contains the name in plaintext. */
    private static String askedOfAPeer(TlsClient client) throws Exception {
        try (PlainPeer wires = PlainPeer.of(STREAMS)) {
            CompletableFuture<TlsSession> secured = wires.ours.writer().startTls(client);
            String hello = new String(wires.receive(), ISO_8859_1);
            wires.ours.abort();
            failureOf(secured);
            return hello;
        }
    }

    @ParameterizedTest
    @MethodSource("perEngine")
    void zones_areLeftOut_whereAddressesAreCompared(TlsWire wire) throws Exception {
        X509Bundle bundle = FaultyCertificates.issued(FaultyCertificates.leaf().addSanIpAddress("fe80::1"));
        TlsServer server = Tls.server(Certificates.identity(bundle)).engine(wire.engine());
        for (String host : List.of("fe80::1%nowhere0", "fe80::1")) {
            Wire.Pair pair = wire.pair(STREAMS);
            CompletableFuture<TlsSession> ofServer = pair.server().writer().startTls(server);
            TlsSession ofClient =
                    get(pair.client().writer().startTls(wire.client().upgrade(host)));
            assertThat(ofClient.serverName()).isNull();
            assertThat(get(ofServer).serverName()).isNull();
            pair.close();
        }
    }
}
