package dev.nettystreams.demos.postgres;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The server sent a message that the protocol does not allow here. */
final class ProtocolException extends IOException {
    private static final long serialVersionUID = 1L;

    ProtocolException(String what) {
        this(what, null);
    }

    ProtocolException(String what, @Nullable Throwable cause) {
        super("the server broke the protocol: " + what, cause);
    }
}
