package dev.nettystreams.demos.smtp;

import java.io.IOException;

/** The server does not do what it was asked. */
final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean isHalfWay;

    RefusedException(String command, Reply reply) {
        super("the server refuses " + command + ": " + reply);
        isHalfWay = reply.kind() == SmtpClient.INTERMEDIATE;
    }

    /** Whether the server waits for more of what it was asked, and would take a command for it. */
    boolean isHalfWay() {
        return isHalfWay;
    }
}
