package dev.nettystreams.demos.smtp;

import java.io.IOException;

/** The server has refused a request. */
final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean isHalfWay;

    RefusedException(String command, Reply reply) {
        super("the server refuses " + command + ": " + reply);
        isHalfWay = reply.kind() == SmtpClient.INTERMEDIATE;
    }

    /** Returns whether the server waits for the rest of the request, and would take a command for it. */
    boolean isHalfWay() {
        return isHalfWay;
    }
}
