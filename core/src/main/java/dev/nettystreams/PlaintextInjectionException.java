package dev.nettystreams;

import java.io.IOException;

/**
 * {@code startTls} found unread plaintext, and the upgrade's policy is {@link LeftoverPolicy#REFUSE}. Either the peer
 * has broken its protocol, or an attacker on the path has injected bytes that were to be taken for the peer's own bytes
 * under TLS.
 */
public final class PlaintextInjectionException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int byteCount;

    /**
     * Creates the exception with the number of bytes. It does not contain the bytes, which an attacker may have chosen.
     *
     * @param byteCount the number of unread plaintext bytes
     */
    public PlaintextInjectionException(int byteCount) {
        super("startTls() refused: the peer sent " + byteCount
                + " plaintext bytes behind its go-ahead, where only TLS may follow");
        this.byteCount = byteCount;
    }

    /**
     * Returns the number of unread plaintext bytes.
     *
     * @return one or more
     */
    public int byteCount() {
        return byteCount;
    }
}
