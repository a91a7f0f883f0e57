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
    private final @Nullable Terms terms; // null if the context is Netty's
    private final ClientAuth clientAuth;
    private final Map<String, TlsIdentity> byHost;
    private final LazyContext context;
    private final Manners manners;

    private TlsServer(
            @Nullable Terms terms,
            ClientAuth clientAuth,
            Map<String, TlsIdentity> byHost,
            LazyContext context,
            Manners manners) {
        this.terms = terms;
        this.clientAuth = clientAuth;
        this.byHost = byHost;
        this.context = context;
        this.manners = manners;
    }

    private static TlsServer of(Terms terms, ClientAuth clientAuth, Map<String, TlsIdentity> byHost, Manners manners) {
        LazyContext context = new LazyContext(() -> terms.serverContext(clientAuth, byHost));
        return new TlsServer(terms, clientAuth, byHost, context, manners);
    }

    private TlsServer with(Terms others, ClientAuth otherClientAuth) {
        return of(others, otherClientAuth, byHost, manners);
    }

    static TlsServer withDefaults(TlsIdentity identity) {
        return of(Terms.of(identity), ClientAuth.NONE, Map.of(), Manners.OF_SERVERS);
    }

    static TlsServer over(SSLContext context) {
        return of(Terms.over(context), ClientAuth.NONE, Map.of(), Manners.OF_SERVERS);
    }

    static TlsServer over(SslContext context) {
        return new TlsServer(null, ClientAuth.NONE, Map.of(), new LazyContext(context), Manners.OF_SERVERS);
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
        return with(terms().withEngine(engine), clientAuth);
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
        terms().refuseIfGiven();
        Map<String, TlsIdentity> all = new HashMap<>(byHost);
        all.put(ServerNameKeys.normalized(hostName), Objects.requireNonNull(identity, "identity"));
        return of(terms(), clientAuth, Map.copyOf(all), manners);
    }

    /**
     * Returns this server for clients with a certificate (mutual TLS); the handshake of other clients fails.
     *
     * @param trust the roots that the client's chain must lead to
     * @return a copy
     * @throws IllegalStateException if the server was created from an {@code SslContext} or {@code SSLContext}
     */
    public TlsServer requiringClientCertificate(TlsTrust trust) {
        return with(terms().withTrust(trust), ClientAuth.REQUIRE);
    }

    /**
     * Returns this server for clients with a certificate that the JDK's context trusts or, without one, the system's
     * roots; the handshake of other clients fails.
     *
     * @return a copy
     * @throws IllegalStateException if the server was created from Netty's {@code SslContext}
     */
    public TlsServer requiringClientCertificate() {
        return with(terms(), ClientAuth.REQUIRE);
    }

    /**
     * Returns this server for clients with or without a certificate. A certificate that a client sends must be trusted
     * by the JDK's context or, without one, by the system's roots.
     *
     * @return a copy
     * @throws IllegalStateException if the server was created from Netty's {@code SslContext}
     */
    public TlsServer requestingClientCertificate() {
        return with(terms(), ClientAuth.OPTIONAL);
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
        return with(terms().withTrust(trust), ClientAuth.OPTIONAL);
    }

    /**
     * Returns this server with other TLS versions.
     *
     * @param names versions such as {@code TLSv1.3}; none for the engine's defaults, 1.2 and 1.3
     * @return a copy
     * @throws IllegalStateException if the server was created from Netty's {@code SslContext}
     */
    public TlsServer protocols(String... names) {
        return with(terms().withProtocols(List.of(names)), clientAuth);
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
        return with(terms().withApplicationProtocols(List.of(names)), clientAuth);
    }

    private Terms terms() {
        if (terms == null) {
            throw new IllegalStateException("configure this on the SslContext that the server was created from");
        }
        return terms;
    }

    // ---- the connection

    /**
     * Returns this server with another handshake timeout.
     *
     * @param timeout more than zero; 60 s by default
     * @return a copy
     */
    public TlsServer handshakeTimeout(Duration timeout) {
        return with(manners.withHandshakeTimeout(timeout));
    }

    /**
     * Returns this server with another policy for plaintext that was not read before {@code startTls}.
     *
     * @param policy {@link LeftoverPolicy#HAND_OVER} by default
     * @return a copy
     */
    public TlsServer leftoverPolicy(LeftoverPolicy policy) {
        return with(manners.withLeftoverPolicy(policy));
    }

    /**
     * Returns this server for clients that close the connection without a close_notify, which reads then see as EOF.
     *
     * @return a copy
     */
    public TlsServer acceptingTruncation() {
        return with(manners.acceptingTruncation());
    }

    private TlsServer with(Manners others) {
        return new TlsServer(terms, clientAuth, byHost, context, others);
    }

    // ---- the upgrade

    @Override
    public LeftoverPolicy leftoverPolicy() {
        return manners.leftoverPolicy();
    }

    @Override
    public Duration handshakeTimeout() {
        return manners.handshakeTimeout();
    }

    @Override
    public CompletionStage<?> prepare() {
        return context.prepare();
    }

    @Override
    public CompletionStage<TlsSession> apply(Transport transport, byte[] leftover) {
        return TlsLayer.install(
                transport,
                leftover,
                manners.acceptsTruncation(),
                null,
                allocator -> context.get().handler(allocator));
    }

    @Override
    public String toString() {
        return "TlsServer[" + (terms == null ? "" : terms.identity() + ", " + terms.engine()) + "]";
    }
}
