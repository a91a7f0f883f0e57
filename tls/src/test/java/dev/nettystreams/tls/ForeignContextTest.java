package dev.nettystreams.tls;

import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.TlsSession;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No setting or other use of a foreign context weakens the promises of the streams. */
@ExtendWith(NoLeaks.class)
class ForeignContextTest {
    private static final NettyStreams STREAMS = NettyStreams.create();
    private static final ConnectionHandler GREETING = ConnectionHandler.callbacks((reader, writer) -> {
        writer.write("hello\n".getBytes(US_ASCII));
        return reader.readLine();
    });

    @AfterAll
    static void close() {
        STREAMS.close();
    }

    static Stream<TlsWire> perEngine() {
        return TlsWire.perEngine();
    }

    /** Netty's flag for its own STARTTLS sends the first flush in plaintext, which here would be application data. */
    @ParameterizedTest
    @MethodSource("perEngine")
    void contextWithStartTls_sendsNothingInClear(TlsWire wire) throws Exception {
        SslContext ofServer = SslContextBuilder.forServer(Certificates.LOCALHOST.toKeyManagerFactory())
                .sslProvider(wire.engine().provider)
                .startTls(true)
                .build();
        SslContext ofClient = SslContextBuilder.forClient()
                .sslProvider(wire.engine().provider)
                .trustManager(Certificates.ROOT.getCertificate())
                .startTls(true)
                .build();
        Wire.Pair pair = wire.pair(STREAMS);
        pair.startTls(Tls.client(ofClient).upgrade("localhost"), Tls.server(ofServer));
        assertArrives(pair.client(), pair.server());
        assertArrives(pair.server(), pair.client());
        pair.close();
    }

    /** Plaintext would not be a TLS record to the other end. */
    private static void assertArrives(StreamConnection from, StreamConnection to) throws Exception {
        from.writer().write("password\n".getBytes(US_ASCII));
        assertThat(get(to.reader().readLine())).asString().isEqualTo("password\n");
    }

    /** A session that began without host name verification is not resumed with it. */
    @ParameterizedTest
    @MethodSource("perEngine")
    void verification_isNotGotAroundByResumption(TlsWire wire) throws Exception {
        SslContext shared = SslContextBuilder.forClient()
                .sslProvider(wire.engine().provider)
                .trustManager(Certificates.ROOT.getCertificate())
                .build();
        for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
            TlsServer other = Tls.server(Certificates.identity(Certificates.issue(Certificates.ROOT, "elsewhere.test")))
                    .engine(wire.engine())
                    .protocols(version);
            try (StreamServer server = get(STREAMS.startServer(GREETING, "127.0.0.1", 0, other))) {
                for (TlsClient client : new TlsClient[] {wire.client(), Tls.client(shared)}) {
                    int port = server.port();
                    for (int i = 0; i < 3; i++) {
                        greeted(port, client.insecureWithoutHostName().upgrade("localhost", port));
                        greeted(port, client.insecureWithoutHostName().upgrade("localhost"));
                    }
                    assertRefused(port, client.upgrade("localhost", port));
                    assertRefused(port, client.upgrade("localhost"));
                }
            }
        }
    }

    private static boolean greeted(int port, TlsClient client) throws Exception {
        try (StreamConnection connection = get(STREAMS.openConnection("127.0.0.1", port, client))) {
            assertThat(get(connection.reader().readLine())).asString().isEqualTo("hello\n");
            connection.writer().write("bye\n".getBytes(US_ASCII));
            get(connection.reader().readLine());
            return connection.writer().tlsSession().isReused();
        }
    }

    private static void assertRefused(int port, TlsClient client) throws Exception {
        assertThat(failureOf(STREAMS.openConnection("127.0.0.1", port, client)))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("localhost");
    }

    /** Settings that such a context does not contain. */
    @Test
    void contextOfTheJdk_withAlpn_versions_andClientCertificates() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                Certificates.LOCALHOST.toKeyManagerFactory().getKeyManagers(),
                Certificates.ROOT.toTrustManagerFactory().getTrustManagers(),
                null);
        TlsServer ofServer = Tls.server(context)
                .protocols("TLSv1.2")
                .applicationProtocols("smtp", "imap")
                .requiringClientCertificate();
        TlsClient ofClient = Tls.client(context).applicationProtocols("imap").upgrade("localhost");
        TlsWire wire = TlsWire.perEngine().findFirst().orElseThrow();
        Wire.Pair pair = wire.pair(STREAMS);
        pair.startTls(ofClient, ofServer);
        TlsSession session = pair.server().writer().tlsSession();
        assertThat(session.protocol()).isEqualTo("TLSv1.2");
        assertThat(session.applicationProtocol()).isEqualTo("imap");
        assertThat(session.peerCertificates()).contains(Certificates.LOCALHOST.getCertificate());
        pair.close();
        assertThatThrownBy(() -> ofClient.trusting(TlsTrust.system())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ofServer.requiringClientCertificate(TlsTrust.system()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void contextOfTheJdk_withoutTheCertificateThatIsAskedFor_isRefused() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                Certificates.LOCALHOST.toKeyManagerFactory().getKeyManagers(),
                Certificates.ROOT.toTrustManagerFactory().getTrustManagers(),
                null);
        TlsWire wire = TlsWire.perEngine().findFirst().orElseThrow();
        Wire.Pair pair = wire.pair(STREAMS);
        var ofServer = pair.server().writer().startTls(Tls.server(context).requiringClientCertificate());
        var ofClient = pair.client().writer().startTls(wire.client().upgrade("localhost"));
        assertThat(failureOf(ofServer)).isInstanceOf(SSLException.class);
        ofClient.handle((done, failure) -> null).get(20, TimeUnit.SECONDS);
        pair.client().abort();
        pair.server().abort();
    }

    /** Verified sessions are resumed, and a session that the server does not resume is not reported as resumed. */
    @ParameterizedTest
    @MethodSource("perEngine")
    void sessions_areResumed_andAreOnlyThenSaidToBe(TlsWire wire) throws Exception {
        SslContext shared = SslContextBuilder.forClient()
                .sslProvider(wire.engine().provider)
                .trustManager(Certificates.ROOT.getCertificate())
                .build();
        for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
            int port;
            TlsClient client;
            try (StreamServer server = get(
                    STREAMS.startServer(GREETING, "127.0.0.1", 0, wire.server().protocols(version)))) {
                port = server.port();
                client = Tls.client(shared).upgrade("localhost", port);
                assertThat(greeted(port, client)).as("first").isFalse();
                assertThat(greeted(port, client)).as("second").isTrue();
            }
            TlsServer fresh = wire.server().protocols(version);
            try (StreamServer server = get(STREAMS.startServer(GREETING, "127.0.0.1", port, fresh))) {
                assertThat(server.isServing()).isTrue();
                assertThat(greeted(port, client)).as("with another server").isFalse();
            }
        }
    }
}
