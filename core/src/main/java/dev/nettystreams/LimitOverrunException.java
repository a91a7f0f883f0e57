package dev.nettystreams;

import java.io.IOException;

/**
 * More bytes than the limit precede the separator (asyncio's {@code LimitOverrunError}). The bytes stay buffered in the
 * reader, after {@code readLine} too, so no part of an over-long line is ever taken for another line.
 *
 * <p>To go on after the over-long part, call {@code skip(consumed())} and read again, until a separator is found. Other
 * ways are to read with a higher limit, or to close the connection.
 */
public final class LimitOverrunException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int consumed;
    private final int limit;

    /**
     * Creates the exception with the extent of the search.
     *
     * @param separatorFound whether a separator was found, beyond the limit
     * @param consumed the number of bytes that contain no start of a separator
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
     * Returns the number of bytes, counted from the first unread one, that contain no start of a separator and may be
     * skipped. It is at least {@code limit() + 1}; how much larger it is depends on the bytes that had arrived.
     *
     * @return a number of bytes
     */
    public int consumed() {
        return consumed;
    }

    /**
     * Returns the limit that was exceeded.
     *
     * @return the maximum number of bytes before a separator
     */
    public int limit() {
        return limit;
    }
}
