package dev.nettystreams.demos.smtp;

import java.io.IOException;

/** The server does not do what it was asked. */
final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    RefusedException(String command, Reply reply) {
        super("the server refuses " + command + ": " + reply);
    }
}
