package dev.nettystreams.demos.smtp;

/**
 * The server's answer to a command.
 *
 * @param reply the lines, the last one without CR LF
 * @param next what follows
 */
record Answer(String reply, Next next) {
    /** What follows a reply. */
    enum Next {
        /** Another command. */
        COMMAND,
        /** The lines of a mail. */
        CONTENT,
        /** The reply is the last plaintext; then the handshake, then another command. */
        HANDSHAKE,
        /** The end of the connection. */
        END
    }

    static Answer of(String reply) {
        return new Answer(reply, Next.COMMAND);
    }
}
