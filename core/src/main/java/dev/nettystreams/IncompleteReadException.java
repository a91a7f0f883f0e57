package dev.nettystreams;

import java.io.EOFException;

/**
 * The input ended before the read had what it asked for (asyncio's {@code IncompleteReadError}).
 *
 * <p>The {@linkplain #partial() bytes that did come} were taken from the reader; this exception is where they are.
 */
public final class IncompleteReadException extends EOFException {
    private static final long serialVersionUID = 1L;

    /** What {@link #expected()} says when the read asked for a separator and not for a number of bytes. */
    public static final int UNDEFINED = -1;

    private final byte[] partial;
    private final int expected;

    /**
     * Says what came and what was asked for.
     *
     * @param partial the bytes before the end of input; kept, not copied
     * @param expected how many bytes the read asked for, or {@link #UNDEFINED}
     */
    public IncompleteReadException(byte[] partial, int expected) {
        super("the input ended after " + partial.length + " of "
                + (expected == UNDEFINED ? "an undefined number of" : Integer.toString(expected)) + " expected bytes");
        this.partial = partial;
        this.expected = expected;
    }

    /**
     * The bytes that came before the end of input.
     *
     * @return the bytes, possibly none
     */
    public byte[] partial() {
        return partial;
    }

    /**
     * How many bytes the read asked for.
     *
     * @return the number, or {@link #UNDEFINED} when it asked for a separator
     */
    public int expected() {
        return expected;
    }
}
