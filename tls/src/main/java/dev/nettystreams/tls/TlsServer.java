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

/** The server's side of TLS: {@link Tls#server(TlsIdentity)}. Immutable. */
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

    // ---- on what terms

    /**
     * This server with another engine.
     *
     * @param engine an available one
     * @return a copy
     * @throws IllegalStateException if the engine is not available, or the context is not ours
     */
    public TlsServer engine(TlsEngine engine) {
        return with(terms().withEngine(engine), clientAuth);
    }

    /**
     * This server with another identity for clients that ask for a host by name (SNI); those that ask for none, or for one that is not known,
     * see the first.
     *
     * @param hostName a name; {@code *.example.org} is for all names that are one label longer
     * @param identity what it shows to them
     * @return a copy
     * @throws IllegalArgumentException if no host can have that name
     * @throws IllegalStateException if the context is not ours
     */
    public TlsServer identityFor(String hostName, TlsIdentity identity) {
        terms().refuseIfGiven();
        Map<String, TlsIdentity> all = new HashMap<>(byHost);
        all.put(ServerNameKeys.normalized(hostName), Objects.requireNonNull(identity, "identity"));
        return of(terms(), clientAuth, Map.copyOf(all), manners);
    }

    /**
     * This server for clients with a certificate; others fail the handshake (mutual TLS).
     *
     * @param trust whom to believe
     * @return a copy
     * @throws IllegalStateException if the context is not ours
     */
    public TlsServer requiringClientCertificate(TlsTrust trust) {
        return with(terms().withTrust(trust), ClientAuth.REQUIRE);
    }

    /**
     * This server for clients with a certificate that the JDK's context believes, or the system.
     *
     * @return a copy
     * @throws IllegalStateException if the context is Netty's
     */
    public TlsServer requiringClientCertificate() {
        return with(terms(), ClientAuth.REQUIRE);
    }

    /**
     * This server for clients with and without a certificate; one that is shown is to be believed by the JDK's context, or the system.
     *
     * @return a copy
     * @throws IllegalStateException if the context is Netty's
     */
    public TlsServer requestingClientCertificate() {
        return with(terms(), ClientAuth.OPTIONAL);
    }

    /**
     * This server for clients with and without a certificate; {@link TlsSession#peerCertificates} tells. One that is shown is verified.
     *
     * @param trust whom to believe
     * @return a copy
     * @throws IllegalStateException if the context is not ours
     */
    public TlsServer requestingClientCertificate(TlsTrust trust) {
        return with(terms().withTrust(trust), ClientAuth.OPTIONAL);
    }

    /**
     * This server with other versions.
     *
     * @param names such as {@code TLSv1.3}; none for the engine's defaults, 1.2 and 1.3
     * @return a copy
     * @throws IllegalStateException if the context is Netty's
     */
    public TlsServer protocols(String... names) {
        return with(terms().withProtocols(List.of(names)), clientAuth);
    }

    /**
     * This server with protocols to choose from (ALPN, RFC 7301). Clients that know none of them are accepted; {@link TlsSession} tells.
     *
     * @param names such as {@code http/1.1}, in the order of preference
     * @return a copy
     * @throws IllegalStateException if the context is Netty's
     */
    public TlsServer applicationProtocols(String... names) {
        return with(terms().withApplicationProtocols(List.of(names)), clientAuth);
    }

    private Terms terms() {
        if (terms == null) {
            throw new IllegalStateException("this server was made over a context, which has to say that itself");
        }
        return terms;
    }

    // ---- with what manners

    /**
     * This server with another deadline for the handshake.
     *
     * @param timeout more than zero; 60 s by default
     * @return a copy
     */
    public TlsServer handshakeTimeout(Duration timeout) {
        return with(manners.withHandshakeTimeout(timeout));
    }

    /**
     * This server with another policy for plaintext that nobody has read before {@code startTls}.
     *
     * @param policy {@link LeftoverPolicy#HAND_OVER} by default
     * @return a copy
     */
    public TlsServer leftoverPolicy(LeftoverPolicy policy) {
        return with(manners.withLeftoverPolicy(policy));
    }

    /**
     * This server for clients that close the connection without TLS's own end, which is then read as EOF.
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
