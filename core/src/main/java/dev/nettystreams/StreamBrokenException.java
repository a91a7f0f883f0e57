package dev.nettystreams;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The peer or the wire ended the connection: reset, timed out, unreachable, or closed underneath us. What was written and not
 * yet sent is lost. The {@linkplain #getCause() cause} is what the transport said.
 */
public sealed class StreamBrokenException extends IOException permits TlsTruncationException {
    private static final long serialVersionUID = 1L;

    /**
     * Wraps the transport's own error.
     *
     * @param message what was lost
     * @param cause what the transport said, if it said anything
     */
    public StreamBrokenException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
