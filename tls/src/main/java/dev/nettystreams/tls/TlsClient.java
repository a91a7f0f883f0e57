package dev.nettystreams.tls;

import dev.nettystreams.LeftoverPolicy;
import dev.nettystreams.TlsSession;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.spi.Transport;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of TLS: {@link Tls#client()}.
 *
 * <p>Chain and host name are verified. A connection that is opened with it takes the host from there; {@code startTls} needs
 * {@link #upgrade}. Immutable.
 */
public final class TlsClient implements TlsUpgrade {
    /** More than any port. */
    private static final int VERIFIED = 1 << 17;

    private final @Nullable Terms terms; // null if the context is Netty's
    private final LazyContext context;
    private final Manners manners;
    private final boolean verifiesHost;
    private final @Nullable Host host;

    private record Host(PeerName name, int port) {}

    private TlsClient(
            @Nullable Terms terms, LazyContext context, Manners manners, boolean verifiesHost, @Nullable Host host) {
        this.terms = terms;
        this.context = context;
        this.manners = manners;
        this.verifiesHost = verifiesHost;
        this.host = host;
    }

    static TlsClient withDefaults() {
        return of(Terms.of(null));
    }

    static TlsClient over(SSLContext context) {
        return of(Terms.over(context));
    }

    private static TlsClient of(Terms terms) {
        return new TlsClient(terms, new LazyContext(terms::clientContext), Manners.OF_CLIENTS, true, null);
    }

    static TlsClient over(SslContext context) {
        return new TlsClient(null, new LazyContext(context), Manners.OF_CLIENTS, true, null);
    }

    // ---- on what terms

    /**
     * This client with another engine.
     *
     * @param engine an available one
     * @return a copy
     * @throws IllegalStateException if the engine is not available, or the context is not ours
     */
    public TlsClient engine(TlsEngine engine) {
        return with(terms().withEngine(engine));
    }

    /**
     * This client with other roots.
     *
     * @param trust whom to believe
     * @return a copy
     * @throws IllegalStateException if the context is not ours
     */
    public TlsClient trusting(TlsTrust trust) {
        return with(terms().withTrust(trust));
    }

    /**
     * This client with a certificate of its own, for servers that ask for one (mutual TLS).
     *
     * @param identity what it shows
     * @return a copy
     * @throws IllegalStateException if the context is not ours
     */
    public TlsClient identity(TlsIdentity identity) {
        return with(terms().withIdentity(identity));
    }

    /**
     * This client with other versions.
     *
     * @param names such as {@code TLSv1.3}; none for the engine's defaults, 1.2 and 1.3
     * @return a copy
     * @throws IllegalStateException if the context is Netty's
     */
    public TlsClient protocols(String... names) {
        return with(terms().withProtocols(List.of(names)));
    }

    /**
     * This client with protocols to choose from (ALPN, RFC 7301). A server that chooses none is accepted; {@link TlsSession} tells.
     *
     * @param names such as {@code http/1.1}, in the order of preference
     * @return a copy
     * @throws IllegalStateException if the context is Netty's
     */
    public TlsClient applicationProtocols(String... names) {
        return with(terms().withApplicationProtocols(List.of(names)));
    }

    private Terms terms() {
        if (terms == null) {
            throw new IllegalStateException("this client was made over a context, which has to say that itself");
        }
        return terms;
    }

    private TlsClient with(Terms others) {
        return new TlsClient(others, new LazyContext(others::clientContext), manners, verifiesHost, host);
    }

    // ---- with what manners

    /**
     * This client with another deadline for the handshake.
     *
     * @param timeout more than zero; 60 s by default
     * @return a copy
     */
    public TlsClient handshakeTimeout(Duration timeout) {
        return with(manners.withHandshakeTimeout(timeout));
    }

    /**
     * This client with another policy for plaintext that nobody has read before {@code startTls}.
     *
     * @param policy {@link LeftoverPolicy#REFUSE} by default
     * @return a copy
     */
    public TlsClient leftoverPolicy(LeftoverPolicy policy) {
        return with(manners.withLeftoverPolicy(policy));
    }

    /**
     * This client for servers that close the connection without TLS's own end, which is then read as EOF. For protocols that know by
     * themselves whether an answer is whole.
     *
     * @return a copy
     */
    public TlsClient acceptingTruncation() {
        return with(manners.acceptingTruncation());
    }

    /**
     * This client without a look at the name in the server's certificate: whoever has any certificate from a trusted root can be in between.
     *
     * @return a copy
     */
    public TlsClient insecureWithoutHostName() {
        LazyContext ownSessions = terms == null ? context : new LazyContext(terms::clientContext);
        return new TlsClient(terms, ownSessions, manners, false, host);
    }

    private TlsClient with(Manners others) {
        return new TlsClient(terms, context, others, verifiesHost, host);
    }

    // ---- to whom

    /**
     * The upgrade for a host, to be given to {@code startTls}.
     *
     * @param hostName asked for (SNI) and verified; a name, or an address whose zone ({@code %eth0}) is left out. The JDK verifies no name with an
     *     underscore, on either engine: such a host can be asked for, and its certificate is refused
     * @return a copy
     */
    public TlsClient upgrade(String hostName) {
        return upgrade(hostName, -1);
    }

    /**
     * The upgrade for a host; sessions are resumed with the same host and port.
     *
     * @param hostName asked for (SNI) and verified; a name, or an address whose zone ({@code %eth0}) is left out. The JDK verifies no name with an
     *     underscore, on either engine: such a host can be asked for, and its certificate is refused
     * @param port the port, or -1
     * @return a copy
     */
    public TlsClient upgrade(String hostName, int port) {
        Host peer = new Host(PeerName.of(hostName), port);
        return new TlsClient(terms, context, manners, verifiesHost, peer);
    }

    @Override
    public TlsUpgrade towards(String hostName, int port) {
        return host == null ? upgrade(hostName, port) : this;
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
        if (host == null && verifiesHost) {
            return CompletableFuture.failedFuture(
                    new SSLException("no host name to verify: startTls takes Tls.client().upgrade(\"the.host\")"));
        }
        PeerName name = host == null ? null : host.name();
        String askedName = name == null ? null : name.askedName();
        return TlsLayer.install(transport, leftover, manners.acceptsTruncation(), askedName, allocator -> {
            var handler = name == null
                    ? context.get().handler(allocator)
                    : context.get().handler(allocator, name.verified(), sessionPort());
            SSLParameters parameters = handler.engine().getSSLParameters();
            if (verifiesHost && terms == null && isBeyondVerifying(handler.engine(), parameters)) {
                ReferenceCountUtil.release(handler.engine());
                throw new SSLException(
                        "nobody would verify the host name: the context was built with"
                                + " endpointIdentificationAlgorithm(null), and on this JDK BoringSSL cannot see to it by itself");
            }
            parameters.setEndpointIdentificationAlgorithm(verifiesHost ? "HTTPS" : "");
            if (name == null) {
                handler.engine().setSSLParameters(parameters);
            } else {
                name.applyTo(handler.engine(), parameters);
            }
            return handler;
        });
    }

    /**
     * Whether a trust manager of the context's would not be told of the name. Netty wraps such as know no names, by what newer JDKs no longer
     * have; then it makes no context with them, unless it was told that names do not matter.
     */
    private static boolean isBeyondVerifying(SSLEngine engine, SSLParameters parameters) {
        String algorithm = parameters.getEndpointIdentificationAlgorithm();
        boolean isSwitchedOff = algorithm == null || algorithm.isEmpty();
        return isSwitchedOff && engine instanceof ReferenceCountedOpenSslEngine && !PlatformDependent.hasUnsafe();
    }

    /**
     * The port by which sessions are kept. A session that was begun without a look at the name would be resumed without one, too; in a
     * context that others use, ours have keys of their own.
     */
    private int sessionPort() {
        int port = host == null ? -1 : host.port();
        return terms == null && verifiesHost ? port + VERIFIED : port;
    }

    @Override
    public String toString() {
        return "TlsClient[" + (host == null ? "any host" : host.name().verified())
                + (terms == null ? "" : ", " + terms.engine()) + "]";
    }
}
