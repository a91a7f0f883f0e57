package dev.nettystreams;

import java.io.IOException;

/**
 * The peer sent a carriage return without a line feed, or a line feed without a carriage return, where lines end with
 * both.
 *
 * <p>The bytes stay buffered in the reader. A protocol may skip {@link #position()} + 1 bytes and answer, but closing
 * the connection is safer (RFC 5321 section 2.3.8; SMTP smuggling, CVE-2023-51764).
 */
public final class BareLineEndingException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int position;
    private final char found;

    /**
     * Creates the exception with the position of the bare character.
     *
     * @param position the number of bytes of the line before the bare character
     * @param found the bare character, {@code '\r'} or {@code '\n'}
     */
    public BareLineEndingException(int position, char found) {
        super("the peer sent a bare " + (found == '\r' ? "CR" : "LF") + " at byte " + position
                + " of a line; lines end with CR LF here");
        this.position = position;
        this.found = found;
    }

    /**
     * Returns the number of bytes of the line before the bare character.
     *
     * @return an index that counts from the first unread byte
     */
    public int position() {
        return position;
    }

    /**
     * Returns the bare character.
     *
     * @return {@code '\r'} or {@code '\n'}
     */
    public char found() {
        return found;
    }
}
