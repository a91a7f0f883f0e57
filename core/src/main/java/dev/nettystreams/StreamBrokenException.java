package dev.nettystreams;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The peer or the network ended the connection: reset, timed out, unreachable, or closed by the operating system. Bytes
 * that were written and not yet sent are lost. The {@linkplain #getCause() cause} is the transport's own exception.
 */
public sealed class StreamBrokenException extends IOException permits TlsTruncationException {
    private static final long serialVersionUID = 1L;

    /**
     * Wraps the transport's exception.
     *
     * @param message what was lost
     * @param cause the transport's exception, or null if there was none
     */
    public StreamBrokenException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
