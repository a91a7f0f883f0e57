package dev.nettystreams;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.util.HexFormat;

/**
 * The received bytes are not text in the expected charset. The bytes stay buffered: {@link StreamReader} reads them as
 * bytes, and {@link StreamReader#skip} discards them.
 */
public final class MalformedTextException extends CharacterCodingException {
    private static final long serialVersionUID = 1L;

    private static final int MAX_SHOWN_BYTES = 8;

    private final transient Charset charset;
    private final int offset;
    private final byte[] bytes;

    /**
     * Creates the exception with the bytes that are not text.
     *
     * @param charset the expected charset
     * @param offset the number of bytes before the malformed ones, counted from the first unread byte
     * @param bytes the malformed bytes; kept, not copied
     */
    public MalformedTextException(Charset charset, int offset, byte[] bytes) {
        this.charset = charset;
        this.offset = offset;
        this.bytes = bytes;
    }

    /**
     * Returns the expected charset.
     *
     * @return the charset that the bytes are not text in
     */
    public Charset charset() {
        return charset;
    }

    /**
     * Returns the number of well-formed bytes before the malformed ones.
     *
     * @return a number of bytes, counted from the first unread byte
     */
    public int offset() {
        return offset;
    }

    /**
     * Returns the malformed bytes, from the first one that is not part of a character.
     *
     * @return one or more bytes
     */
    public byte[] bytes() {
        return bytes;
    }

    @Override
    public String getMessage() {
        int shown = Math.min(bytes.length, MAX_SHOWN_BYTES);
        return "not " + charset + ": " + HexFormat.ofDelimiter(" ").formatHex(bytes, 0, shown)
                + (shown < bytes.length ? " ..." : "") + " at offset " + offset;
    }
}
