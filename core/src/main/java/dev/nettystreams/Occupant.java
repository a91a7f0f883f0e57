package dev.nettystreams;

import dev.nettystreams.spi.Chunk;

/**
 * An operation that occupies the reader until it is done; the reader has one {@linkplain ReadSlot slot}.
 *
 * <p>Called on the connection's loop, except for {@link #method} and {@link #isDone}.
 */
sealed interface Occupant permits PendingRead, Relay, StartTls {
    /** Returns the name of the public method that started it, for messages. */
    String method();

    /** Returns whether it no longer occupies the reader. */
    boolean isDone();

    /** Processes the buffered bytes, which the loop owns, and the end of the input. */
    void advance(Input input);

    /**
     * Sees bytes that have just arrived, and may take some before they are buffered.
     *
     * @return true if it is done and has buffered the rest of the chunk; false if the caller must buffer the rest
     */
    boolean arrived(Chunk chunk, Input input);
}
