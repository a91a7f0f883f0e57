package dev.nettystreams;

/**
 * What is done with bytes that came in clear before {@code startTls} and that nobody has read: behind a client's STARTTLS command, behind a
 * server's go-ahead. Whatever the policy, they are never read as if they had come under TLS.
 */
public enum LeftoverPolicy {
    /** {@code startTls} fails with {@link PlaintextInjectionException}: a server has nothing to say before the client's hello. For clients. */
    REFUSE,

    /**
     * They are the beginning of the TLS input: a hello that came together with the command is answered, anything else fails the handshake. For
     * servers.
     */
    HAND_OVER,

    /** They are dropped, as RFC 3207 section 4.2 has it. A hello among them is lost, and the handshake with it. */
    DISCARD
}
