package dev.nettystreams.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a TLS context of ours, or of one over the JDK's context, which already contains trust and
 * identity but not the rest.
 *
 * @param given the JDK's context, or null for a context of ours
 * @param engine the TLS implementation
 * @param trust the roots for the peers' certificates
 * @param identity this side's certificate and key; a server must have one
 * @param protocols TLS versions; empty for the engine's defaults
 * @param applicationProtocols the protocols for ALPN, in order of preference; empty for none
 */
record TlsContextConfig(
        @Nullable SSLContext given,
        TlsEngine engine,
        TlsTrust trust,
        @Nullable TlsIdentity identity,
        List<String> protocols,
        List<String> applicationProtocols) {

    /** A context of ours, with the best engine. */
    static TlsContextConfig of(@Nullable TlsIdentity identity) {
        return new TlsContextConfig(null, TlsEngine.best(), TlsTrust.system(), identity, List.of(), List.of());
    }

    /** A context over the JDK's. */
    static TlsContextConfig over(SSLContext given) {
        return new TlsContextConfig(given, TlsEngine.JDK, TlsTrust.system(), null, List.of(), List.of());
    }

    SslContext clientContext() throws SSLException {
        if (given != null) {
            return of(given, true, ClientAuth.NONE);
        }
        SslContextBuilder builder = SslContextBuilder.forClient();
        if (identity != null) {
            identity.refuseIfUnknownTo(engine);
            identity.addTo(builder);
        }
        return build(builder, CertificateTrust.Use.SERVERS);
    }

    SslContext serverContext(ClientAuth clientAuth, Map<String, TlsIdentity> byHost) throws SSLException {
        if (given != null) {
            return of(given, false, clientAuth);
        }
        if (identity == null) {
            throw new SSLException("a TLS server needs an identity");
        }
        identity.refuseIfUnknownTo(engine);
        for (TlsIdentity other : byHost.values()) {
            other.refuseIfUnknownTo(engine);
        }
        SslContextBuilder builder =
                byHost.isEmpty() ? identity.server() : SslContextBuilder.forServer(serverNameKeys(identity, byHost));
        return build(builder.clientAuth(clientAuth), CertificateTrust.Use.CLIENTS);
    }

    private static ServerNameKeys serverNameKeys(TlsIdentity identity, Map<String, TlsIdentity> byHost)
            throws SSLException {
        Map<String, Integer> indexes = new HashMap<>();
        List<X509ExtendedKeyManager> keys = new ArrayList<>(List.of(identity.keyManager()));
        for (Map.Entry<String, TlsIdentity> host : byHost.entrySet()) {
            indexes.put(host.getKey(), keys.size());
            keys.add(host.getValue().keyManager());
        }
        return new ServerNameKeys(indexes, keys);
    }

    private SslContext of(SSLContext context, boolean isClient, ClientAuth clientAuth) throws SSLException {
        return tried(() -> new JdkSslContext(
                context,
                isClient,
                CipherSuites.of(protocols),
                SupportedCipherSuiteFilter.INSTANCE,
                alpn(),
                clientAuth,
                protocols.isEmpty() ? null : protocols.toArray(new String[0]),
                false));
    }

    private SslContext build(SslContextBuilder builder, CertificateTrust.Use use) throws SSLException {
        trust.addTo(builder, engine, use);
        builder.sslProvider(engine.provider);
        builder.ciphers(CipherSuites.of(protocols), SupportedCipherSuiteFilter.INSTANCE);
        if (!protocols.isEmpty()) {
            builder.protocols(protocols);
        }
        return tried(builder.applicationProtocolConfig(alpn())::build);
    }

    private ApplicationProtocolConfig alpn() {
        return applicationProtocols.isEmpty()
                ? ApplicationProtocolConfig.DISABLED
                : new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        applicationProtocols);
    }

    private SslContext tried(LazyContext.Source source) throws SSLException {
        try {
            SslContext context = source.make();
            ReferenceCountUtil.release(context.newEngine(ByteBufAllocator.DEFAULT)); // throws for unknown names
            return context;
        } catch (IllegalArgumentException e) {
            throw new SSLException(engine + " does not support this configuration: " + e.getMessage(), e);
        }
    }

    TlsContextConfig withEngine(TlsEngine other) {
        Throwable cause = other.unavailabilityCause();
        if (cause != null) {
            throw new IllegalStateException("the TLS engine " + other + " is not available here: " + cause, cause);
        }
        refuseIfGiven();
        return new TlsContextConfig(null, other, trust, identity, protocols, applicationProtocols);
    }

    TlsContextConfig withTrust(TlsTrust other) {
        refuseIfGiven();
        return new TlsContextConfig(null, engine, other, identity, protocols, applicationProtocols);
    }

    TlsContextConfig withIdentity(TlsIdentity other) {
        refuseIfGiven();
        return new TlsContextConfig(null, engine, trust, other, protocols, applicationProtocols);
    }

    TlsContextConfig withProtocols(List<String> others) {
        return new TlsContextConfig(given, engine, trust, identity, others, applicationProtocols);
    }

    TlsContextConfig withApplicationProtocols(List<String> others) {
        return new TlsContextConfig(given, engine, trust, identity, protocols, others);
    }

    void refuseIfGiven() {
        if (given != null) {
            throw new IllegalStateException("configure this on the SSLContext that it was created from");
        }
    }
}
