package dev.nettystreams;

import java.io.IOException;

/**
 * The peer sent a carriage return without a line feed, or a line feed without a carriage return, where lines end with both.
 *
 * <p>The bytes stay in the reader: a protocol may skip {@link #position()} + 1 of them and answer, but closing the connection is
 * what is safe (RFC 5321 section 2.3.8; SMTP smuggling, CVE-2023-51764).
 */
public final class BareLineEndingException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int position;
    private final char found;

    /**
     * Says where it was.
     *
     * @param position how many bytes of the line precede it
     * @param found what stands alone, {@code '\r'} or {@code '\n'}
     */
    public BareLineEndingException(int position, char found) {
        super("the peer sent a bare " + (found == '\r' ? "CR" : "LF") + " at byte " + position
                + " of a line; lines end with CR LF here");
        this.position = position;
        this.found = found;
    }

    /**
     * How many bytes of the line precede the bare character.
     *
     * @return an index from the first unread byte
     */
    public int position() {
        return position;
    }

    /**
     * What stands alone.
     *
     * @return {@code '\r'} or {@code '\n'}
     */
    public char found() {
        return found;
    }
}
