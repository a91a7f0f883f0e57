package dev.nettystreams.tls;

import static dev.nettystreams.Await.await;
import static dev.nettystreams.netty.support.Wire.ECHO;
import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.TlsSession;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.ServerOptions;
import dev.nettystreams.netty.StreamServer;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** T5, T6, T7: trust, negotiation, and the handshake timeout. */
@ExtendWith(NoLeaks.class)
class HandshakeTest {
    private static void assertEchoes(StreamConnection client) throws Exception {
        client.writer().write("to and fro\n".getBytes(US_ASCII));
        assertThat(get(client.reader().readLine())).asString(US_ASCII).isEqualTo("to and fro\n");
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#all")
    void tls_fromTheFirstByte(TlsWire wire) throws Exception {
        String path = Wire.newPath();
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                StreamServer server = get(
                        wire.isUnix()
                                ? streams.startUnixServer(ECHO, path, wire.server())
                                : streams.startServer(ECHO, "localhost", 0, wire.server()));
                StreamConnection client = get(
                        wire.isUnix()
                                ? streams.openUnixConnection(path, wire.client().upgrade("localhost"))
                                : streams.openConnection("localhost", server.port(), wire.client()))) {
            assertEchoes(client);
            TlsSession session = client.writer().tlsSession();
            assertThat(session.protocol()).isEqualTo("TLSv1.3");
            assertThat(session.cipherSuite()).startsWith("TLS_");
            assertThat(session.serverName()).isEqualTo("localhost");
            assertThat(session.applicationProtocol()).isNull();
            assertThat(session.peerCertificates()).contains(Certificates.LOCALHOST.getCertificate());
            assertThat(client.writer().getExtraInfo("peercert")).isEqualTo(Certificates.LOCALHOST.getCertificate());
            assertThat(client.writer().canWriteEof()).isEqualTo(wire.hasHalfClose("TLSv1.3"));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void startTls_saysNothingOfTlsBefore_andAllAfterwards(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            assertThat(pair.client().writer().tlsSession()).isNull();
            assertThat(pair.client().writer().getExtraInfo("cipher")).isNull();
            pair.startTls(
                    wire.client().applicationProtocols("h2", "smtp").upgrade("localhost"),
                    wire.server().applicationProtocols("smtp"));
            for (StreamConnection side : new StreamConnection[] {pair.client(), pair.server()}) {
                TlsSession session = side.writer().tlsSession();
                assertThat(session.applicationProtocol()).isEqualTo("smtp");
                assertThat(session.serverName()).isEqualTo("localhost");
                assertThat(side.writer().getExtraInfo("cipher")).isEqualTo(session.cipherSuite());
                assertThat(side.writer().getExtraInfo("peername")).isNotNull();
            }
            assertThat(pair.server().writer().tlsSession().peerCertificates()).isEmpty();
            pair.close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#all")
    void sides_areChosen_notInferred(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            StreamConnection accepted = pair.server();
            StreamConnection connected = pair.client();
            CompletableFuture<TlsSession> asServer = connected.writer().startTls(wire.server());
            get(accepted.writer().startTls(wire.client().upgrade("localhost")));
            get(asServer);
            accepted.writer().write("hello".getBytes(US_ASCII));
            assertThat(get(connected.reader().readExactly(5)))
                    .asString(US_ASCII)
                    .isEqualTo("hello");
            pair.close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void tls_inTls(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.securePair(streams);
            pair.startTls(wire.client().upgrade("localhost"), wire.server());
            byte[] sent = Wire.pattern(1 << 20);
            pair.client().writer().write(sent);
            assertThat(get(pair.server().reader().readExactly(sent.length))).isEqualTo(sent);
            pair.server().writer().write(sent);
            pair.server().close();
            assertThat(get(pair.client().reader().read(-1))).isEqualTo(sent);
            pair.close();
        }
    }

    static Stream<TlsWire> perEngine() {
        return TlsWire.perEngine();
    }

    /** Returns the outcome of a handshake between a client and this server. */
    private static CompletableFuture<TlsSession> handshake(
            NettyStreams streams, TlsWire wire, TlsClient client, TlsServer server) throws Exception {
        Wire.Pair pair = wire.pair(streams);
        CompletableFuture<TlsSession> ofServer = pair.server().writer().startTls(server);
        CompletableFuture<TlsSession> ofClient = pair.client().writer().startTls(client);
        return ofClient.whenComplete((session, failure) -> ofServer.whenComplete((any, way) -> {
            pair.client().abort();
            pair.server().abort();
        }));
    }

    @ParameterizedTest
    @MethodSource("perEngine")
    void certificate_mustBeForTheHost_andFromATrustedRoot(TlsWire wire) throws Exception {
        X509Bundle stranger = Certificates.root("CN=a stranger");
        TlsServer strange = Tls.server(Certificates.identity(Certificates.issue(stranger, "localhost")))
                .engine(wire.engine());
        TlsServer mail = Tls.server(Certificates.identity(Certificates.issue(Certificates.ROOT, "mail.example.org")))
                .engine(wire.engine());
        TlsClient client = wire.client();
        TlsClient system = Tls.client().engine(wire.engine());
        TlsClient anybody = client.trusting(TlsTrust.insecureAnybody());
        SSLContext jdk = jdkContext();
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            assertAgree(streams, wire, client.upgrade("localhost"), wire.server());
            assertAgree(streams, wire, client.upgrade("mail.example.org"), mail);
            assertAgree(streams, wire, client.insecureWithoutHostName().upgrade("localhost"), mail);
            assertAgree(streams, wire, client.insecureWithoutHostName(), mail);
            assertAgree(streams, wire, anybody.insecureWithoutHostName().upgrade("localhost"), strange);
            assertAgree(streams, wire, Tls.client(jdk).upgrade("localhost"), wire.server());
            assertAgree(streams, wire, Tls.client(nettyContext(wire)).upgrade("localhost"), wire.server());

            assertRefused(streams, wire, client.upgrade("localhost"), mail);
            assertRefused(streams, wire, client.upgrade("example.org"), mail);
            assertRefused(streams, wire, client.upgrade("127.0.0.1"), wire.server());
            assertRefused(streams, wire, client.upgrade("localhost"), strange);
            assertRefused(streams, wire, client.insecureWithoutHostName().upgrade("localhost"), strange);
            assertRefused(streams, wire, system.upgrade("localhost"), wire.server());
            assertRefused(streams, wire, Tls.client(jdk).upgrade("localhost"), mail);
            assertRefused(streams, wire, Tls.client(jdk).upgrade("localhost"), strange);
            assertRefused(streams, wire, Tls.client(nettyContext(wire)).upgrade("localhost"), mail);
            assertThat(failureOf(handshake(streams, wire, client, wire.server())))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("no host name to verify");
        }
    }

    @ParameterizedTest
    @MethodSource("perEngine")
    void servers_mayBeMadeOverContexts_andTheEngineIsTheBest(TlsWire wire) throws Exception {
        SSLContext jdk = SSLContext.getInstance("TLS");
        jdk.init(Certificates.LOCALHOST.toKeyManagerFactory().getKeyManagers(), null, null);
        var netty = SslContextBuilder.forServer(Certificates.LOCALHOST.toKeyManagerFactory())
                .sslProvider(wire.engine().provider)
                .build();
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            assertAgree(streams, wire, wire.client().upgrade("localhost"), Tls.server(jdk));
            assertAgree(streams, wire, wire.client().upgrade("localhost"), Tls.server(netty));
        }
        assertThat(TlsEngine.best()).isEqualTo(TlsEngine.BORINGSSL.isAvailable() ? TlsEngine.BORINGSSL : TlsEngine.JDK);
        assertThat(Tls.client()).asString().contains(TlsEngine.best().name());
    }

    private static SSLContext jdkContext() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, Certificates.ROOT.toTrustManagerFactory().getTrustManagers(), null);
        return context;
    }

    private static io.netty.handler.ssl.SslContext nettyContext(TlsWire wire) throws Exception {
        return SslContextBuilder.forClient()
                .sslProvider(wire.engine().provider)
                .trustManager(Certificates.ROOT.getCertificate())
                .build();
    }

    private static void assertAgree(NettyStreams streams, TlsWire wire, TlsClient client, TlsServer server)
            throws Exception {
        assertThat(get(handshake(streams, wire, client, server)).protocol()).isEqualTo("TLSv1.3");
    }

    private static void assertRefused(NettyStreams streams, TlsWire wire, TlsClient client, TlsServer server)
            throws Exception {
        assertThat(failureOf(handshake(streams, wire, client, server)))
                .isInstanceOf(SSLHandshakeException.class)
                .message()
                .containsAnyOf(
                        "certification path",
                        "localhost",
                        "example.org",
                        "127.0.0.1"); // not trusted, or under another name
    }

    @ParameterizedTest
    @MethodSource("perEngine")
    void versions(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            TlsClient client = wire.client().upgrade("localhost");
            TlsServer old = wire.server().protocols("TLSv1.2");
            assertThat(get(handshake(streams, wire, client, old)).protocol()).isEqualTo("TLSv1.2");
            assertThat(failureOf(handshake(streams, wire, client.protocols("TLSv1.3"), old)))
                    .isInstanceOf(SSLException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("perEngine")
    void clientCertificates(TlsWire wire) throws Exception {
        X509Bundle own = Certificates.issue(Certificates.ROOT, "client.example.org");
        X509Bundle strange = Certificates.issue(Certificates.root("CN=a stranger"), "client.example.org");
        TlsTrust root = TlsTrust.certificates(Certificates.ROOT.getCertificate());
        TlsClient client = wire.client().upgrade("localhost");
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
                TlsServer requiring = wire.server().protocols(version).requiringClientCertificate(root);
                TlsServer requesting = wire.server().protocols(version).requestingClientCertificate(root);
                assertThat(peerOf(streams, wire, client.identity(Certificates.identity(own)), requiring))
                        .isEqualTo(own.getCertificate());
                assertThat(peerOf(streams, wire, client.identity(Certificates.identity(own)), requesting))
                        .isEqualTo(own.getCertificate());
                assertThat(peerOf(streams, wire, client, requesting)).isNull();
                assertThatThrownBy(() -> peerOf(streams, wire, client, requiring))
                        .hasCauseInstanceOf(SSLException.class);
                assertThatThrownBy(
                                () -> peerOf(streams, wire, client.identity(Certificates.identity(strange)), requiring))
                        .hasCauseInstanceOf(SSLException.class);
            }
        }
    }

    private static X509Certificate peerOf(NettyStreams streams, TlsWire wire, TlsClient client, TlsServer server)
            throws Exception {
        Wire.Pair pair = wire.pair(streams);
        try {
            CompletableFuture<TlsSession> ofServer = pair.server().writer().startTls(server);
            pair.client().writer().startTls(client);
            TlsSession session = get(ofServer);
            return session.peerCertificates().isEmpty()
                    ? null
                    : (X509Certificate) session.peerCertificates().get(0);
        } finally {
            pair.client().abort();
            pair.server().abort();
        }
    }

    @ParameterizedTest
    @MethodSource("perEngine")
    void identities_areChosenByTheNameThatIsAskedFor(TlsWire wire, @TempDir Path directory) throws Exception {
        X509Bundle mail = Certificates.issue(Certificates.ROOT, "mail.example.org");
        X509Bundle anyHost = Certificates.issue(Certificates.ROOT, "www.example.com");
        Path chain = Files.writeString(directory.resolve("chain.pem"), mail.getCertificatePathPEM());
        Path key = Files.writeString(directory.resolve("key.pem"), mail.getPrivateKeyPEM());
        char[] password = "secret".toCharArray();
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
                TlsServer server = wire.server()
                        .protocols(version)
                        .identityFor("Mail.Example.org", TlsIdentity.pem(chain, key))
                        .identityFor("*.example.com", TlsIdentity.keyStore(anyHost.toKeyStore(password), password));
                for (String host : new String[] {"mail.example.org", "www.example.com", "localhost"}) {
                    TlsSession session =
                            get(handshake(streams, wire, wire.client().upgrade(host), server));
                    assertThat(session.serverName()).isEqualTo(host);
                }
                assertThat(failureOf(handshake(streams, wire, wire.client().upgrade("www.example.org"), server)))
                        .isInstanceOf(SSLHandshakeException.class);
                assertThat(get(handshake(streams, wire, wire.client().insecureWithoutHostName(), server))
                                .peerCertificates())
                        .contains(Certificates.LOCALHOST.getCertificate());
            }
        }
    }

    /** As in Python, where load_cert_chain fails before there is a server. */
    @ParameterizedTest
    @MethodSource("perEngine")
    void serverThatCannotSpeakTls_doesNotStart(TlsWire wire, @TempDir Path directory) throws Exception {
        Path empty = Files.writeString(directory.resolve("empty.pem"), "");
        Path nowhere = directory.resolve("nowhere.pem");
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            for (TlsServer tls : new TlsServer[] {
                Tls.server(nowhere, nowhere).engine(wire.engine()),
                Tls.server(empty, empty).engine(wire.engine()),
                wire.server().protocols("SSLv9")
            }) {
                assertThat(failureOf(streams.startServer(ECHO, "127.0.0.1", 0, tls)))
                        .as("%s", tls)
                        .isInstanceOf(SSLException.class);
                assertThat(failureOf(streams.startUnixServer(ECHO, Wire.newPath(), tls)))
                        .isInstanceOf(SSLException.class);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("perEngine")
    void sessions_areResumed(TlsWire wire) throws Exception {
        for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
            try (NettyStreams streams = NettyStreams.create(wire.backend());
                    StreamServer server = get(streams.startServer(
                            ECHO, "127.0.0.1", 0, wire.server().protocols(version)))) {
                TlsClient client = wire.client().upgrade("localhost", server.port());
                boolean[] reused = new boolean[2];
                for (int i = 0; i < 2; i++) {
                    try (StreamConnection connection =
                            get(streams.openConnection("127.0.0.1", server.port(), client))) {
                        assertEchoes(connection);
                        reused[i] = connection.writer().tlsSession().isReused();
                    }
                }
                assertThat(reused).as(version).containsExactly(false, true);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("perEngine")
    void pemFiles_andKeyStores(TlsWire wire, @TempDir Path directory) throws Exception {
        Path chain = Files.writeString(directory.resolve("chain.pem"), Certificates.LOCALHOST.getCertificatePathPEM());
        Path key = Files.writeString(directory.resolve("key.pem"), Certificates.LOCALHOST.getPrivateKeyPEM());
        Path root = Files.writeString(directory.resolve("root.pem"), Certificates.ROOT.getRootCertificatePEM());
        char[] password = "secret".toCharArray();
        TlsServer[] servers = {
            Tls.server(chain, key),
            Tls.server(TlsIdentity.keyStore(Certificates.LOCALHOST.toKeyStore(password), password))
        };
        TlsClient[] clients = {
            Tls.client().trusting(TlsTrust.pem(root)),
            Tls.client().trusting(TlsTrust.keyStore(Certificates.ROOT.toKeyStore(password)))
        };
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            for (TlsServer server : servers) {
                for (TlsClient client : clients) {
                    assertAgree(
                            streams,
                            wire,
                            client.engine(wire.engine()).upgrade("localhost"),
                            server.engine(wire.engine()));
                }
            }
            TlsServer nowhere = Tls.server(directory.resolve("nowhere.pem"), key);
            assertThat(failureOf(wire.pair(streams).server().writer().startTls(nowhere)))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("nowhere.pem");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void handshakeThatFails_isReportedByTheServer_withItsPeer(TlsWire wire) throws Exception {
        CompletableFuture<String> peer = new CompletableFuture<>();
        CompletableFuture<Throwable> reported = new CompletableFuture<>();
        ServerOptions options = ServerOptions.DEFAULT.withTls(wire.server()).withReporter((connection, failure) -> {
            peer.complete(connection.toString());
            reported.complete(failure);
        });
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                StreamServer server = get(streams.startServer(ECHO, "127.0.0.1", 0, options));
                Socket stranger = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            stranger.getOutputStream().write("GET / HTTP/1.0\r\nAuthorization: secret\r\n\r\n".getBytes(US_ASCII));
            Throwable failure = get(reported);
            assertThat(failure).isInstanceOf(SSLException.class);
            assertThat(failure.getMessage()).hasSizeLessThan(300).doesNotContain("secret", "736563726574");
            assertThat(get(peer)).contains(":" + ((InetSocketAddress) stranger.getLocalSocketAddress()).getPort());
            while (stranger.getInputStream().read() >= 0) {} // an alert, and EOF
        } catch (java.net.SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#all")
    void peerThatSaysNothing_isGivenUp(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair silentClient = wire.pair(streams);
            assertThat(failureOf(silentClient
                            .server()
                            .writer()
                            .startTls(wire.server().handshakeTimeout(Duration.ofMillis(100)))))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("100 ms");
            assertThat(failureOf(silentClient.server().reader().read(1))).isInstanceOf(StreamBrokenException.class);
            assertThat(failureOf(silentClient.server().waitClosed())).isInstanceOf(StreamBrokenException.class);
            silentClient.client().abort();
            Wire.Pair silentServer = wire.pair(streams);
            assertThat(failureOf(silentServer
                            .client()
                            .writer()
                            .startTls(wire.client()
                                    .handshakeTimeout(Duration.ofMillis(100))
                                    .upgrade("localhost"))))
                    .isInstanceOf(SSLHandshakeException.class);
            silentServer.server().abort();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#all")
    void cancelled_inTheMiddle_endsTheConnection(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            CompletableFuture<TlsSession> handshake =
                    pair.client().writer().startTls(wire.client().upgrade("localhost"));
            assertThat(get(pair.server().reader().peek(5))).startsWith(22, 3); // a ClientHello
            handshake.cancel(false);
            get(pair.client().waitClosed().handle((done, lost) -> null));
            assertThat(channelOf(pair.client()).isOpen()).isFalse();
            get(pair.server().reader().read(-1).handle((bytes, lost) -> null));
            pair.server().abort();
        }
    }

    @Test
    void contexts_areForOneSide() throws Exception {
        assertThatThrownBy(() -> Tls.server(SslContextBuilder.forClient().build()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () -> Tls.client(SslContextBuilder.forClient().build()).protocols("TLSv1.3"))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void handler_runsUnderTls() throws Exception {
        try (NettyStreams streams = NettyStreams.create();
                StreamServer server = get(streams.startServer(
                        (reader, writer) -> {
                            writer.write((writer.tlsSession().protocol() + "\n").getBytes(US_ASCII));
                            await(writer.drain());
                        },
                        "127.0.0.1",
                        0,
                        Tls.server(Certificates.identity(Certificates.LOCALHOST))));
                StreamConnection client = get(streams.openConnection(
                        "127.0.0.1",
                        server.port(),
                        Tls.client()
                                .trusting(TlsTrust.certificates(Certificates.ROOT.getCertificate()))
                                .upgrade("localhost")))) {
            assertThat(get(client.reader().read(-1))).asString(US_ASCII).isEqualTo("TLSv1.3\n");
        }
    }
}
