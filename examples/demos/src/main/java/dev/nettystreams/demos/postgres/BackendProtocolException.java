package dev.nettystreams.demos.postgres;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The server sent a message that the protocol does not allow here. */
final class BackendProtocolException extends IOException {
    private static final long serialVersionUID = 1L;

    BackendProtocolException(String what) {
        this(what, null);
    }

    BackendProtocolException(String what, @Nullable Throwable cause) {
        super("the server broke the protocol: " + what, cause);
    }
}
