package dev.nettystreams;

/**
 * The policy for leftover bytes: plaintext that arrived before {@code startTls} and was not read, after a client's
 * STARTTLS command or after a server's go-ahead. No policy ever delivers these bytes as if they had arrived under TLS.
 */
public enum LeftoverPolicy {
    /**
     * {@code startTls} fails with {@link PlaintextInjectionException}, because a server sends nothing between its
     * go-ahead and the ClientHello. For clients.
     */
    REFUSE,

    /**
     * The bytes become the start of the TLS input: a ClientHello that arrived together with the command is answered,
     * and anything else fails the handshake. For servers.
     */
    HAND_OVER,

    /**
     * The bytes are discarded, as RFC 3207 section 4.2 requires. A ClientHello among them is lost, and the handshake
     * fails.
     */
    DISCARD
}
