package dev.nettystreams.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * What a context of ours is made of.
 *
 * @param engine what does the cryptography
 * @param trust the peers' roots
 * @param identity our own; a server must have one
 * @param protocols versions, empty for the engine's defaults
 * @param applicationProtocols for ALPN, in the order of preference; empty for none
 */
record Terms(
        TlsEngine engine,
        TlsTrust trust,
        @Nullable TlsIdentity identity,
        List<String> protocols,
        List<String> applicationProtocols) {

    SslContext clientContext() throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forClient();
        if (identity != null) {
            identity.addTo(builder);
        }
        return build(builder);
    }

    SslContext serverContext(ClientAuth clientAuth, Map<String, TlsIdentity> byHost) throws SSLException {
        if (identity == null) {
            throw new SSLException("a TLS server needs an identity");
        }
        SslContextBuilder builder =
                byHost.isEmpty() ? identity.server() : SslContextBuilder.forServer(serverNameKeys(identity, byHost));
        return build(builder.clientAuth(clientAuth));
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

    private SslContext build(SslContextBuilder builder) throws SSLException {
        trust.addTo(builder);
        builder.sslProvider(engine.provider);
        if (!protocols.isEmpty()) {
            builder.protocols(protocols);
        }
        if (!applicationProtocols.isEmpty()) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    applicationProtocols));
        }
        try {
            SslContext context = builder.build();
            ReferenceCountUtil.release(context.newEngine(ByteBufAllocator.DEFAULT)); // which says what it does not know
            return context;
        } catch (IllegalArgumentException e) {
            throw new SSLException(engine + " does not take these terms: " + e.getMessage(), e);
        }
    }

    Terms withEngine(TlsEngine other) {
        Throwable cause = other.unavailabilityCause();
        if (cause != null) {
            throw new IllegalStateException("the TLS engine " + other + " is not available here: " + cause, cause);
        }
        return new Terms(other, trust, identity, protocols, applicationProtocols);
    }

    Terms withTrust(TlsTrust other) {
        return new Terms(engine, other, identity, protocols, applicationProtocols);
    }

    Terms withIdentity(TlsIdentity other) {
        return new Terms(engine, trust, other, protocols, applicationProtocols);
    }

    Terms withProtocols(List<String> others) {
        return new Terms(engine, trust, identity, others, applicationProtocols);
    }

    Terms withApplicationProtocols(List<String> others) {
        return new Terms(engine, trust, identity, protocols, others);
    }
}
