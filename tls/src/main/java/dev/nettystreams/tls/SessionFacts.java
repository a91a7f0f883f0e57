package dev.nettystreams.tls;

import dev.nettystreams.TlsSession;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import java.security.cert.Certificate;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Reads the negotiated session from an engine. */
final class SessionFacts {
    private final SslHandler ssl;
    private final @Nullable String askedFor;
    private final long startMillis = System.currentTimeMillis();

    /** @param askedFor the host name that our client side asks for; null on the server side */
    SessionFacts(SslHandler ssl, @Nullable String askedFor) {
        this.ssl = ssl;
        this.askedFor = askedFor;
    }

    TlsSession session() {
        SSLSession session = ssl.engine().getSession();
        return new TlsSession(
                session.getProtocol(),
                session.getCipherSuite(),
                ssl.applicationProtocol(),
                askedFor != null ? askedFor : RequestedName.of(ssl.engine(), session),
                certificates(session),
                isReused(session));
    }

    private static List<Certificate> certificates(SSLSession session) {
        try {
            return List.of(session.getPeerCertificates());
        } catch (SSLPeerUnverifiedException e) {
            return List.of();
        }
    }

    /** BoringSSL reports it; for the JDK's engine, the age of the session tells. */
    private boolean isReused(SSLSession session) {
        return ssl.engine() instanceof ReferenceCountedOpenSslEngine engine
                ? SSL.isSessionReused(engine.sslPointer())
                : session.getCreationTime() < startMillis;
    }
}
