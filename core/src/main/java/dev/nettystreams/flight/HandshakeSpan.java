package dev.nettystreams.flight;

import org.jspecify.annotations.Nullable;

/** The event of a handshake. Confined to the loop of its connection. */
public interface HandshakeSpan extends Span {
    /** Adds what the handshake has negotiated. */
    void negotiated(String protocol, String cipherSuite, @Nullable String applicationProtocol, boolean isReused);
}
