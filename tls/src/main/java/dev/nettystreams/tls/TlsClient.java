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
 * The client side of TLS: {@link Tls#client()}.
 *
 * <p>Verifies the server's certificate chain and host name. {@code openConnection} supplies the host; {@code startTls}
 * needs {@link #upgrade upgrade}. Immutable.
 */
public final class TlsClient implements TlsUpgrade {
    /** A number above every port. */
    private static final int VERIFIED = 1 << 17;

    private final @Nullable TlsContextConfig config; // null if the context is Netty's
    private final LazyContext context;
    private final ConnectionPolicy connectionPolicy;
    private final boolean verifiesHost;
    private final @Nullable Host host;

    private record Host(PeerName name, int port) {}

    private TlsClient(
            @Nullable TlsContextConfig config,
            LazyContext context,
            ConnectionPolicy connectionPolicy,
            boolean verifiesHost,
            @Nullable Host host) {
        this.config = config;
        this.context = context;
        this.connectionPolicy = connectionPolicy;
        this.verifiesHost = verifiesHost;
        this.host = host;
    }

    static TlsClient withDefaults() {
        return of(TlsContextConfig.of(null));
    }

    static TlsClient over(SSLContext context) {
        return of(TlsContextConfig.over(context));
    }

    private static TlsClient of(TlsContextConfig config) {
        return new TlsClient(config, new LazyContext(config::clientContext), ConnectionPolicy.OF_CLIENTS, true, null);
    }

    static TlsClient over(SslContext context) {
        return new TlsClient(null, new LazyContext(context), ConnectionPolicy.OF_CLIENTS, true, null);
    }

    // ---- the context

    /**
     * Returns this client with another engine.
     *
     * @param engine an available engine
     * @return a copy
     * @throws IllegalStateException if the engine is not available, or the client was created from an
     *     {@code SslContext} or {@code SSLContext}
     */
    public TlsClient engine(TlsEngine engine) {
        return with(config().withEngine(engine));
    }

    /**
     * Returns this client with other trusted roots.
     *
     * @param trust the roots that the server's chain must lead to
     * @return a copy
     * @throws IllegalStateException if the client was created from an {@code SslContext} or {@code SSLContext}
     */
    public TlsClient trusting(TlsTrust trust) {
        return with(config().withTrust(trust));
    }

    /**
     * Returns this client with a certificate of its own, for servers that ask for one (mutual TLS).
     *
     * @param identity the client's certificate and key
     * @return a copy
     * @throws IllegalStateException if the client was created from an {@code SslContext} or {@code SSLContext}
     */
    public TlsClient identity(TlsIdentity identity) {
        return with(config().withIdentity(identity));
    }

    /**
     * Returns this client with other TLS versions.
     *
     * @param names versions such as {@code TLSv1.3}; none for the engine's defaults, 1.2 and 1.3
     * @return a copy
     * @throws IllegalStateException if the client was created from Netty's {@code SslContext}
     */
    public TlsClient protocols(String... names) {
        return with(config().withProtocols(List.of(names)));
    }

    /**
     * Returns this client with application protocols to offer (ALPN, RFC 7301). A server that selects none is accepted;
     * {@link TlsSession#applicationProtocol} has the selected one.
     *
     * @param names protocols such as {@code http/1.1}, in order of preference
     * @return a copy
     * @throws IllegalStateException if the client was created from Netty's {@code SslContext}
     */
    public TlsClient applicationProtocols(String... names) {
        return with(config().withApplicationProtocols(List.of(names)));
    }

    private TlsContextConfig config() {
        if (config == null) {
            throw new IllegalStateException("configure this on the SslContext that the client was created from");
        }
        return config;
    }

    private TlsClient with(TlsContextConfig others) {
        return new TlsClient(others, new LazyContext(others::clientContext), connectionPolicy, verifiesHost, host);
    }

    // ---- the connection

    /**
     * Returns this client with another handshake timeout.
     *
     * @param timeout more than zero; 60 s by default
     * @return a copy
     */
    public TlsClient handshakeTimeout(Duration timeout) {
        return with(connectionPolicy.withHandshakeTimeout(timeout));
    }

    /**
     * Returns this client with another policy for plaintext that was not read before {@code startTls}.
     *
     * @param policy {@link LeftoverPolicy#REFUSE} by default
     * @return a copy
     */
    public TlsClient leftoverPolicy(LeftoverPolicy policy) {
        return with(connectionPolicy.withLeftoverPolicy(policy));
    }

    /**
     * Returns this client for servers that close the connection without a close_notify, which reads then see as EOF.
     * For protocols that can tell by themselves whether an answer is complete.
     *
     * @return a copy
     */
    public TlsClient acceptingTruncation() {
        return with(connectionPolicy.acceptingTruncation());
    }

    /**
     * Returns this client without verification of the host name: an attacker on the path needs only any certificate
     * from a trusted root.
     *
     * @return a copy
     */
    public TlsClient insecureWithoutHostName() {
        LazyContext ownSessions = config == null ? context : new LazyContext(config::clientContext);
        return new TlsClient(config, ownSessions, connectionPolicy, false, host);
    }

    private TlsClient with(ConnectionPolicy others) {
        return new TlsClient(config, context, others, verifiesHost, host);
    }

    // ---- the host

    /**
     * Returns the upgrade for a host, for {@code startTls}.
     *
     * @param hostName the host to ask for (SNI) and to verify: a name, or an address, whose zone ({@code %eth0}) is
     *     ignored. The JDK, which checks certificates on either engine, verifies no name with an underscore: the client
     *     asks for such a host, and refuses its certificate
     * @return a copy
     */
    public TlsClient upgrade(String hostName) {
        return upgrade(hostName, -1);
    }

    /**
     * Returns the upgrade for a host and port; sessions are resumed only with the same host and port.
     *
     * @param hostName the host to ask for (SNI) and to verify: a name, or an address, whose zone ({@code %eth0}) is
     *     ignored. The JDK, which checks certificates on either engine, verifies no name with an underscore: the client
     *     asks for such a host, and refuses its certificate
     * @param port the port, or -1
     * @return a copy
     */
    public TlsClient upgrade(String hostName, int port) {
        Host peer = new Host(PeerName.of(hostName), port);
        return new TlsClient(config, context, connectionPolicy, verifiesHost, peer);
    }

    @Override
    public TlsUpgrade towards(String hostName, int port) {
        return host == null ? upgrade(hostName, port) : this;
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
        if (host == null && verifiesHost) {
            return CompletableFuture.failedFuture(
                    new SSLException("no host name to verify: startTls takes Tls.client().upgrade(\"the.host\")"));
        }
        PeerName name = host == null ? null : host.name();
        String askedName = name == null ? null : name.askedName();
        return TlsLayer.install(transport, leftover, connectionPolicy.acceptsTruncation(), askedName, allocator -> {
            var handler = name == null
                    ? context.get().handler(allocator)
                    : context.get().handler(allocator, name.verified(), sessionPort());
            SSLParameters parameters = handler.engine().getSSLParameters();
            if (verifiesHost && config == null && isBeyondVerifying(handler.engine(), parameters)) {
                ReferenceCountUtil.release(handler.engine());
                throw new SSLException("nobody would verify the host name: the context was built with"
                        + " endpointIdentificationAlgorithm(null), and on this JDK BoringSSL cannot verify it");
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
     * Returns whether the context's trust manager would not get the host name. Netty wraps trust managers that take no
     * host name, with a mechanism that newer JDKs lack; there it creates no context with them, unless it was told not
     * to verify names.
     */
    private static boolean isBeyondVerifying(SSLEngine engine, SSLParameters parameters) {
        String algorithm = parameters.getEndpointIdentificationAlgorithm();
        boolean isSwitchedOff = algorithm == null || algorithm.isEmpty();
        return isSwitchedOff && engine instanceof ReferenceCountedOpenSslEngine && !PlatformDependent.hasUnsafe();
    }

    /**
     * Returns the port under which sessions are kept. A session that began without host name verification would be
     * resumed without it too, so in a context that others share, verified sessions have keys of their own.
     */
    private int sessionPort() {
        int port = host == null ? -1 : host.port();
        return config == null && verifiesHost ? port + VERIFIED : port;
    }

    @Override
    public String toString() {
        return "TlsClient[" + (host == null ? "any host" : host.name().verified())
                + (config == null ? "" : ", " + config.engine()) + "]";
    }
}
