package dev.nettystreams.tls;

import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.TlsSession;
import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.ServerOptions;
import dev.nettystreams.netty.StreamServer;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * T5, T6: certificates that are wrong in every way, presented by servers and by clients, on both engines, for every way
 * to start TLS and every kind of context. Each is refused with its reason on both sides; valid ones are accepted.
 */
@ExtendWith(NoLeaks.class)
class CertificateMatrixTest {
    private static final NettyStreams STREAMS = NettyStreams.create(IoBackend.best());

    @AfterAll
    static void close() {
        STREAMS.close();
    }

    /**
     * The certificate that a server presents, the host that the client asks for, and the text of the refusal; null if
     * it is accepted.
     */
    @SuppressWarnings("ImmutableEnumChecker") // nobody changes a bundle
    private enum Shown {
        RIGHT("localhost", null, () -> FaultyCertificates.issued(FaultyCertificates.localhost())),
        RIGHT_FOR_AN_ADDRESS(
                "127.0.0.1",
                null,
                () -> FaultyCertificates.issued(FaultyCertificates.leaf().addSanIpAddress("127.0.0.1"))),
        RIGHT_BEHIND_AN_INTERMEDIATE("localhost", null, FaultyCertificates::behindAnIntermediate),
        RIGHT_FOR_SERVERS(
                "localhost",
                null,
                () -> FaultyCertificates.issued(FaultyCertificates.localhost().addExtendedKeyUsageServerAuth())),
        /** The JDK verifies the common name if there is no DNS name (RFC 2818 section 3.1). */
        RIGHT_BY_THE_SUBJECT_ALONE("localhost", null, () -> FaultyCertificates.issued(FaultyCertificates.leaf())),
        EXPIRED("localhost", "NotAfter", FaultyCertificates::expired),
        NOT_YET_VALID("localhost", "NotBefore", FaultyCertificates::notYetValid),
        SELF_SIGNED("localhost", "certification path", FaultyCertificates::selfSigned),
        UNKNOWN_ROOT("localhost", "certification path", FaultyCertificates::ofAnUnknownRoot),
        ROOT_OF_THE_SAME_NAME("localhost", "signature", FaultyCertificates::ofAnUnknownRootOfTheSameName),
        INTERMEDIATE_MISSING("localhost", "certification path", FaultyCertificates::withoutItsIntermediate),
        INTERMEDIATE_NO_AUTHORITY("localhost", "CA certificate", FaultyCertificates::issuedByAnEndEntity),
        CHAIN_TOO_DEEP("localhost", "path", FaultyCertificates::tooDeep),
        OTHER_HOST(
                "localhost",
                "localhost",
                () -> FaultyCertificates.issued(
                        FaultyCertificates.leaf().subject("CN=mail.example.org").addSanDnsName("mail.example.org"))),
        ADDRESS_WITH_NAMES_ALONE(
                "127.0.0.1", "127.0.0.1", () -> FaultyCertificates.issued(FaultyCertificates.localhost())),
        SUBJECT_BESIDE_ANOTHER_HOST(
                "localhost",
                "localhost",
                () -> FaultyCertificates.issued(
                        FaultyCertificates.leaf().subject("CN=localhost").addSanDnsName("mail.example.org"))),
        OTHER_ADDRESS(
                "127.0.0.1",
                "127.0.0.1",
                () -> FaultyCertificates.issued(FaultyCertificates.leaf().addSanIpAddress("127.0.0.2"))),
        FOR_CLIENTS(
                "localhost",
                "key usage",
                () -> FaultyCertificates.issued(FaultyCertificates.localhost().addExtendedKeyUsageClientAuth())),
        UNKNOWN_CRITICAL_EXTENSION(
                "localhost",
                "critical",
                () -> FaultyCertificates.issued(FaultyCertificates.localhost()
                        .addExtensionOctetString("1.3.6.1.4.1.55555.1", true, new byte[1])));

        final String host;
        final String reason;
        final X509Bundle bundle;

        Shown(String host, String reason, Supplier<X509Bundle> bundle) {
            this.host = host;
            this.reason = reason;
            this.bundle = bundle.get();
        }
    }

    /** The kind of context that a client uses. */
    private enum Judge {
        OURS {
            @Override
            TlsClient client(TlsEngine engine) {
                return Tls.client().engine(engine).trusting(TlsTrust.certificates(Certificates.ROOT.getCertificate()));
            }
        },
        OVER_NETTYS_CONTEXT {
            @Override
            TlsClient client(TlsEngine engine) {
                try {
                    return Tls.client(SslContextBuilder.forClient()
                            .sslProvider(engine.provider)
                            .trustManager(Certificates.ROOT.getCertificate())
                            .build());
                } catch (SSLException e) {
                    throw new AssertionError(e);
                }
            }
        },
        OVER_THE_JDKS_CONTEXT {
            @Override
            TlsClient client(TlsEngine engine) {
                try {
                    SSLContext context = SSLContext.getInstance("TLS");
                    context.init(null, Certificates.ROOT.toTrustManagerFactory().getTrustManagers(), null);
                    return Tls.client(context);
                } catch (GeneralSecurityException e) {
                    throw new AssertionError(e);
                }
            }
        };

        abstract TlsClient client(TlsEngine engine);

        static Stream<Judge> of(TlsEngine engine) {
            return Arrays.stream(values()).filter(judge -> engine == TlsEngine.JDK || judge != OVER_THE_JDKS_CONTEXT);
        }
    }

    /** Both sides of one handshake: the client's connection and the server's outcome. */
    private record Outcome(CompletableFuture<StreamConnection> client, CompletableFuture<TlsSession> server) {}

    /** The way in which a connection starts TLS. */
    private enum Path {
        START_TLS {
            @Override
            Outcome connect(TlsClient client, TlsServer server, String host) throws Exception {
                Wire.Pair pair = new Wire(IoBackend.best(), false).pair(STREAMS);
                CompletableFuture<TlsSession> ofServer = pair.server().writer().startTls(server);
                CompletableFuture<TlsSession> ofClient = pair.client().writer().startTls(client.upgrade(host));
                ofServer.whenComplete((session, failure) -> pair.server().close());
                return new Outcome(ofClient.thenApply(session -> pair.client()), ofServer);
            }
        },
        OPEN_CONNECTION {
            @Override
            Outcome connect(TlsClient client, TlsServer server, String host) throws Exception {
                CompletableFuture<TlsSession> ofServer = new CompletableFuture<>();
                StreamServer listener =
                        get(STREAMS.startServer(telling(ofServer), "127.0.0.1", 0, optionsTelling(ofServer, server)));
                return closing(listener, new Outcome(STREAMS.openConnection(host, listener.port(), client), ofServer));
            }
        },
        OPEN_UNIX_CONNECTION {
            @Override
            Outcome connect(TlsClient client, TlsServer server, String host) throws Exception {
                CompletableFuture<TlsSession> ofServer = new CompletableFuture<>();
                String path = Wire.newPath();
                StreamServer listener =
                        get(STREAMS.startUnixServer(telling(ofServer), path, optionsTelling(ofServer, server)));
                return closing(listener, new Outcome(STREAMS.openUnixConnection(path, client.upgrade(host)), ofServer));
            }
        };

        abstract Outcome connect(TlsClient client, TlsServer server, String host) throws Exception;

        private static ConnectionHandler telling(CompletableFuture<TlsSession> ofServer) {
            return ConnectionHandler.callbacks((reader, writer) -> {
                ofServer.complete(writer.tlsSession());
                return CompletableFuture.completedFuture(null);
            });
        }

        private static ServerOptions optionsTelling(CompletableFuture<TlsSession> ofServer, TlsServer server) {
            return ServerOptions.DEFAULT
                    .withTls(server)
                    .withReporter((connection, failure) -> ofServer.completeExceptionally(failure));
        }

        private static Outcome closing(StreamServer listener, Outcome outcome) {
            outcome.server().whenComplete((session, failure) -> listener.close());
            return outcome;
        }
    }

    private static TlsServer showing(TlsEngine engine, X509Bundle bundle) {
        return Tls.server(Certificates.identity(bundle)).engine(engine);
    }

    private static Stream<TlsEngine> engines() {
        return Arrays.stream(TlsEngine.values()).filter(TlsEngine::isAvailable);
    }

    @TestFactory
    Stream<DynamicContainer> servers_areJudgedByClients() {
        return engines().flatMap(engine -> {
            Map<Shown, TlsServer> servers = new EnumMap<>(Shown.class);
            for (Shown shown : Shown.values()) {
                servers.put(shown, showing(engine, shown.bundle));
            }
            return Judge.of(engine).flatMap(judge -> {
                TlsClient client = judge.client(engine);
                return Arrays.stream(Path.values())
                        .map(path -> dynamicContainer(
                                engine + " " + judge + " " + path,
                                servers.entrySet().stream()
                                        .map(entry -> dynamicTest(
                                                entry.getKey().name(),
                                                () -> judgeServer(client, entry.getValue(), path, entry.getKey())))));
            });
        });
    }

    private static void judgeServer(TlsClient client, TlsServer server, Path path, Shown shown) throws Exception {
        Outcome outcome = path.connect(client, server, shown.host);
        if (shown.reason == null) {
            StreamConnection connection = get(outcome.client());
            assertThat(connection.writer().tlsSession().peerCertificates()).contains(shown.bundle.getCertificate());
            assertThat(get(connection.reader().read(-1))).isEmpty();
            connection.close();
            assertThat(get(outcome.server())).isNotNull();
            return;
        }
        assertThat(failureOf(outcome.client()))
                .isInstanceOf(SSLHandshakeException.class)
                .message()
                .containsIgnoringCase(shown.reason);
        assertThat(failureOf(outcome.server())).isInstanceOf(IOException.class);
    }

    /** The certificate that a client presents to a server that requires one. */
    @SuppressWarnings("ImmutableEnumChecker") // nobody changes a bundle
    private enum ShownByClient {
        RIGHT(null, () -> FaultyCertificates.issued(FaultyCertificates.localhost())),
        RIGHT_FOR_CLIENTS(
                null, () -> FaultyCertificates.issued(FaultyCertificates.leaf().addExtendedKeyUsageClientAuth())),
        RIGHT_BEHIND_AN_INTERMEDIATE(null, FaultyCertificates::behindAnIntermediate),
        NOTHING("certificate", () -> null),
        EXPIRED("NotAfter", FaultyCertificates::expired),
        NOT_YET_VALID("NotBefore", FaultyCertificates::notYetValid),
        SELF_SIGNED("certification path", FaultyCertificates::selfSigned),
        UNKNOWN_ROOT("certification path", FaultyCertificates::ofAnUnknownRoot),
        ROOT_OF_THE_SAME_NAME("signature", FaultyCertificates::ofAnUnknownRootOfTheSameName),
        INTERMEDIATE_MISSING("certification path", FaultyCertificates::withoutItsIntermediate),
        INTERMEDIATE_NO_AUTHORITY("CA certificate", FaultyCertificates::issuedByAnEndEntity),
        FOR_SERVERS(
                "key usage",
                () -> FaultyCertificates.issued(FaultyCertificates.leaf().addExtendedKeyUsageServerAuth()));

        final String reason;
        final X509Bundle bundle;

        ShownByClient(String reason, Supplier<X509Bundle> bundle) {
            this.reason = reason;
            this.bundle = bundle.get();
        }

        TlsClient client() {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(
                        bundle == null ? null : new KeyManager[] {new InsistentKeys(bundle)},
                        Certificates.ROOT.toTrustManagerFactory().getTrustManagers(),
                        null);
                return Tls.client(context);
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static TlsServer requiringOurs(TlsEngine engine, String version) {
        return showing(engine, Certificates.LOCALHOST)
                .protocols(version)
                .requiringClientCertificate(TlsTrust.certificates(Certificates.ROOT.getCertificate()));
    }

    private static TlsServer requiringByNettysContext(TlsEngine engine, String version) {
        try {
            return Tls.server(SslContextBuilder.forServer(Certificates.LOCALHOST.toKeyManagerFactory())
                    .sslProvider(engine.provider)
                    .trustManager(Certificates.ROOT.getCertificate())
                    .clientAuth(ClientAuth.REQUIRE)
                    .protocols(version)
                    .build());
        } catch (GeneralSecurityException | SSLException e) {
            throw new AssertionError(e);
        }
    }

    @TestFactory
    Stream<DynamicContainer> clients_areJudgedByServers() {
        return engines()
                .flatMap(engine -> TlsPeer.VERSIONS.stream().map(version -> {
                    List<TlsServer> servers =
                            List.of(requiringOurs(engine, version), requiringByNettysContext(engine, version));
                    return dynamicContainer(
                            engine + " " + version,
                            Arrays.stream(ShownByClient.values()).flatMap(shown -> {
                                TlsClient client = shown.client();
                                return servers.stream()
                                        .map(server -> dynamicTest(
                                                shown + " " + server, () -> judgeClient(client, server, shown)));
                            }));
                }));
    }

    private static void judgeClient(TlsClient client, TlsServer server, ShownByClient shown) throws Exception {
        Outcome outcome = Path.START_TLS.connect(client, server, "localhost");
        CompletableFuture<byte[]> heard =
                outcome.client().thenCompose(connection -> connection.reader().read(-1));
        if (shown.reason == null) {
            assertThat(get(outcome.server()).peerCertificates()).contains(shown.bundle.getCertificate());
            assertThat(get(heard)).isEmpty();
            get(outcome.client()).close();
            return;
        }
        assertThat(failureOf(outcome.server()))
                .isInstanceOf(SSLHandshakeException.class)
                .message()
                .containsIgnoringCase(shown.reason);
        assertThat(failureOf(heard)).isInstanceOf(IOException.class); // under TLS 1.3 the first read fails
    }
}
