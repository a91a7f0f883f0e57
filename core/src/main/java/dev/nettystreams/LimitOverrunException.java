package dev.nettystreams;

import java.io.IOException;

/**
 * More bytes than the limit precede the separator (asyncio's {@code LimitOverrunError}). The bytes stay in the reader, for
 * {@code readLine} too: nothing of an over-long line is ever taken for another line.
 *
 * <p>To go on behind the over-long part, {@code skip(consumed())} and read again, until a separator is found; or read with a
 * higher limit; or close.
 */
public final class LimitOverrunException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int consumed;
    private final int limit;

    /**
     * Says how far the search came.
     *
     * @param separatorFound whether a separator was found, beyond the limit
     * @param consumed how many bytes hold no start of a separator
     * @param limit the limit that was exceeded, in bytes
     */
    public LimitOverrunException(boolean separatorFound, int consumed, int limit) {
        super((separatorFound
                        ? "separator is found, but chunk is longer than limit"
                        : "separator is not found, and chunk exceeds the limit")
                + ": " + consumed + " > " + limit);
        this.consumed = consumed;
        this.limit = limit;
    }

    /**
     * How many bytes from the first unread one hold no start of a separator and may be skipped. At least {@code limit() + 1}; how
     * many more depends on what had arrived.
     *
     * @return a number of bytes
     */
    public int consumed() {
        return consumed;
    }

    /**
     * The limit that was exceeded.
     *
     * @return the most bytes allowed before a separator
     */
    public int limit() {
        return limit;
    }
}
