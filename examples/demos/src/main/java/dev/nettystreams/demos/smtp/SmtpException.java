package dev.nettystreams.demos.smtp;

/** A refused command; the message is the reply. */
final class SmtpException extends Exception {
    private static final long serialVersionUID = 1L;

    SmtpException(String reply) {
        super(reply);
    }

    String reply() {
        return String.valueOf(getMessage());
    }
}
