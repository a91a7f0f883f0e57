package dev.nettystreams.demos.smtp;

/**
 * What the server does about a command.
 *
 * @param reply lines without CR LF at their end
 * @param next what comes after it
 */
record Answer(String reply, Next next) {
    /** What comes after a reply. */
    enum Next {
        /** Another command. */
        COMMAND,
        /** The lines of a mail. */
        CONTENT,
        /** The reply is the last plaintext; then the handshake, then another command. */
        HANDSHAKE,
        /** Nothing. */
        END
    }

    static Answer of(String reply) {
        return new Answer(reply, Next.COMMAND);
    }
}
