package dev.nettystreams.tls;

import dev.nettystreams.LeftoverPolicy;
import dev.nettystreams.TlsSession;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.spi.Transport;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The server side of TLS: {@link Tls#server(TlsIdentity)}. Immutable. */
public final class TlsServer implements TlsUpgrade {
    private final @Nullable TlsContextConfig config; // null if the context is Netty's
    private final ClientAuth clientAuth;
    private final Map<String, TlsIdentity> byHost;
    private final LazyContext context;
    private final ConnectionPolicy connectionPolicy;

    private TlsServer(
            @Nullable TlsContextConfig config,
            ClientAuth clientAuth,
            Map<String, TlsIdentity> byHost,
            LazyContext context,
            ConnectionPolicy connectionPolicy) {
        this.config = config;
        this.clientAuth = clientAuth;
        this.byHost = byHost;
        this.context = context;
        this.connectionPolicy = connectionPolicy;
    }

    private static TlsServer of(
            TlsContextConfig config,
            ClientAuth clientAuth,
            Map<String, TlsIdentity> byHost,
            ConnectionPolicy connectionPolicy) {
        LazyContext context = new LazyContext(() -> config.serverContext(clientAuth, byHost));
        return new TlsServer(config, clientAuth, byHost, context, connectionPolicy);
    }

    private TlsServer with(TlsContextConfig others, ClientAuth otherClientAuth) {
        return of(others, otherClientAuth, byHost, connectionPolicy);
    }

    static TlsServer withDefaults(TlsIdentity identity) {
        return of(TlsContextConfig.of(identity), ClientAuth.NONE, Map.of(), ConnectionPolicy.OF_SERVERS);
    }

    static TlsServer over(SSLContext context) {
        return of(TlsContextConfig.over(context), ClientAuth.NONE, Map.of(), ConnectionPolicy.OF_SERVERS);
    }

    static TlsServer over(SslContext context) {
        return new TlsServer(null, ClientAuth.NONE, Map.of(), new LazyContext(context), ConnectionPolicy.OF_SERVERS);
    }

    // ---- the context

    /**
     * Returns this server with another engine.
     *
     * @param engine an available engine
     * @return a copy
     * @throws IllegalStateException if the engine is not available, or the server was created from an
     *     {@code SslContext} or {@code SSLContext}
     */
    public TlsServer engine(TlsEngine engine) {
        return with(config().withEngine(engine), clientAuth);
    }

    /**
     * Returns this server with another identity for clients that ask for a host by name (SNI). Clients that ask for no
     * host, or for an unknown one, get the first identity.
     *
     * @param hostName a name; {@code *.example.org} stands for all names with one more label
     * @param identity the certificate and key for that host
     * @return a copy
     * @throws IllegalArgumentException if {@code hostName} is not a valid host name
     * @throws IllegalStateException if the server was created from an {@code SslContext} or {@code SSLContext}
     */
    public TlsServer identityFor(String hostName, TlsIdentity identity) {
        config().refuseIfGiven();
        Map<String, TlsIdentity> all = new HashMap<>(byHost);
        all.put(ServerNameKeys.normalized(hostName), Objects.requireNonNull(identity, "identity"));
        return of(config(), clientAuth, Map.copyOf(all), connectionPolicy);
    }

    /**
     * Returns this server for clients with a certificate (mutual TLS); the handshake of other clients fails.
     *
     * @param trust the roots that the client's chain must lead to
     * @return a copy
     * @throws IllegalStateException if the server was created from an {@code SslContext} or {@code SSLContext}
     */
    public TlsServer requiringClientCertificate(TlsTrust trust) {
        return with(config().withTrust(trust), ClientAuth.REQUIRE);
    }

    /**
     * Returns this server for clients with a certificate that the JDK's context trusts or, without one, the system's
     * roots; the handshake of other clients fails.
     *
     * @return a copy
     * @throws IllegalStateException if the server was created from Netty's {@code SslContext}
     */
    public TlsServer requiringClientCertificate() {
        return with(config(), ClientAuth.REQUIRE);
    }

    /**
     * Returns this server for clients with or without a certificate. A certificate that a client sends must be trusted
     * by the JDK's context or, without one, by the system's roots.
     *
     * @return a copy
     * @throws IllegalStateException if the server was created from Netty's {@code SslContext}
     */
    public TlsServer requestingClientCertificate() {
        return with(config(), ClientAuth.OPTIONAL);
    }

    /**
     * Returns this server for clients with or without a certificate. A certificate that a client sends is verified;
     * {@link TlsSession#peerCertificates} has it.
     *
     * @param trust the roots that the client's chain must lead to
     * @return a copy
     * @throws IllegalStateException if the server was created from an {@code SslContext} or {@code SSLContext}
     */
    public TlsServer requestingClientCertificate(TlsTrust trust) {
        return with(config().withTrust(trust), ClientAuth.OPTIONAL);
    }

    /**
     * Returns this server with other TLS versions.
     *
     * @param names versions such as {@code TLSv1.3}; none for the engine's defaults, 1.2 and 1.3
     * @return a copy
     * @throws IllegalStateException if the server was created from Netty's {@code SslContext}
     */
    public TlsServer protocols(String... names) {
        return with(config().withProtocols(List.of(names)), clientAuth);
    }

    /**
     * Returns this server with application protocols to select from (ALPN, RFC 7301). Clients that offer none of them
     * are accepted; {@link TlsSession#applicationProtocol} has the selected one.
     *
     * @param names protocols such as {@code http/1.1}, in order of preference
     * @return a copy
     * @throws IllegalStateException if the server was created from Netty's {@code SslContext}
     */
    public TlsServer applicationProtocols(String... names) {
        return with(config().withApplicationProtocols(List.of(names)), clientAuth);
    }

    private TlsContextConfig config() {
        if (config == null) {
            throw new IllegalStateException("configure this on the SslContext that the server was created from");
        }
        return config;
    }

    // ---- the connection

    /**
     * Returns this server with another handshake timeout.
     *
     * @param timeout more than zero; 60 s by default
     * @return a copy
     */
    public TlsServer handshakeTimeout(Duration timeout) {
        return with(connectionPolicy.withHandshakeTimeout(timeout));
    }

    /**
     * Returns this server with another policy for plaintext that was not read before {@code startTls}.
     *
     * @param policy {@link LeftoverPolicy#HAND_OVER} by default
     * @return a copy
     */
    public TlsServer leftoverPolicy(LeftoverPolicy policy) {
        return with(connectionPolicy.withLeftoverPolicy(policy));
    }

    /**
     * Returns this server for clients that close the connection without a close_notify, which reads then see as EOF.
     *
     * @return a copy
     */
    public TlsServer acceptingTruncation() {
        return with(connectionPolicy.acceptingTruncation());
    }

    private TlsServer with(ConnectionPolicy others) {
        return new TlsServer(config, clientAuth, byHost, context, others);
    }

    // ---- the upgrade

    @Override
    public LeftoverPolicy leftoverPolicy() {
        return connectionPolicy.leftoverPolicy();
    }

    @Override
    public Duration handshakeTimeout() {
        return connectionPolicy.handshakeTimeout();
    }

    @Override
    public CompletionStage<?> prepare() {
        return context.prepare();
    }

    @Override
    public String engineName() {
        return config == null ? "of the program's context" : config.engine().toString();
    }

    @Override
    public CompletionStage<TlsSession> apply(Transport transport, byte[] leftover) {
        return TlsLayer.install(
                transport,
                leftover,
                connectionPolicy.acceptsTruncation(),
                null,
                allocator -> context.get().handler(allocator));
    }

    @Override
    public String toString() {
        return "TlsServer[" + (config == null ? "" : config.identity() + ", " + config.engine()) + "]";
    }
}
