package dev.nettystreams;

import org.jspecify.annotations.Nullable;

/**
 * The connection ended without a close_notify alert (RFC 8446, section 6.1), so an attacker may have cut it. The bytes
 * read before are authentic but may not be all that the peer sent.
 */
public final class TlsTruncationException extends StreamBrokenException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what happened
     * @param cause the transport's exception, or null if there was none
     */
    public TlsTruncationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
