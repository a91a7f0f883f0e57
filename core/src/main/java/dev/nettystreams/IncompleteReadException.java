package dev.nettystreams;

import java.io.EOFException;

/**
 * The input ended before a read had received the bytes that it asked for (asyncio's {@code IncompleteReadError}).
 *
 * <p>The {@linkplain #partial() bytes that did arrive} have been removed from the reader; this exception holds them.
 */
public final class IncompleteReadException extends EOFException {
    private static final long serialVersionUID = 1L;

    /** The value of {@link #expected()} if the read asked for a separator and not for a number of bytes. */
    public static final int UNDEFINED = -1;

    private final byte[] partial;
    private final int expected;

    /**
     * Creates the exception with the bytes that arrived and the number of bytes that the read asked for.
     *
     * @param partial the bytes before the end of the input; kept, not copied
     * @param expected the number of bytes that the read asked for, or {@link #UNDEFINED}
     */
    public IncompleteReadException(byte[] partial, int expected) {
        super("the input ended after " + partial.length + " of "
                + (expected == UNDEFINED ? "an undefined number of" : Integer.toString(expected)) + " expected bytes");
        this.partial = partial;
        this.expected = expected;
    }

    /**
     * Returns the bytes that arrived before the end of the input.
     *
     * @return the bytes, possibly none
     */
    public byte[] partial() {
        return partial;
    }

    /**
     * Returns the number of bytes that the read asked for.
     *
     * @return the number, or {@link #UNDEFINED} if the read asked for a separator
     */
    public int expected() {
        return expected;
    }
}
