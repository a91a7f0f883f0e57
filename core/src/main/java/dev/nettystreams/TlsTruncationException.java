package dev.nettystreams;

import org.jspecify.annotations.Nullable;

/**
 * The connection ended without TLS's own word for "the end" (close_notify, RFC 8446 section 6.1): somebody may have cut it. What was read
 * before is the peer's, but may not be all of it.
 */
public final class TlsTruncationException extends StreamBrokenException {
    private static final long serialVersionUID = 1L;

    /**
     * Says what was cut.
     *
     * @param message what happened
     * @param cause what the transport said, if it said anything
     */
    public TlsTruncationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
