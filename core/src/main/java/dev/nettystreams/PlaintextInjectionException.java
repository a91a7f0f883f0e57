package dev.nettystreams;

import java.io.IOException;

/**
 * Bytes that nobody has read had come in clear when {@code startTls} was to begin, and {@link LeftoverPolicy#REFUSE} was asked for. The peer
 * has broken its protocol, or somebody between has put bytes in to be taken for the peer's under TLS.
 */
public final class PlaintextInjectionException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int byteCount;

    /**
     * Counts the bytes; what they are is not told, since they are somebody else's words.
     *
     * @param byteCount how many
     */
    public PlaintextInjectionException(int byteCount) {
        super("startTls() refused: the peer sent " + byteCount
                + " plaintext bytes behind its go-ahead, where only TLS may follow");
        this.byteCount = byteCount;
    }

    /**
     * How many bytes there were.
     *
     * @return one or more
     */
    public int byteCount() {
        return byteCount;
    }
}
