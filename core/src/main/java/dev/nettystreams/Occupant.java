package dev.nettystreams;

import dev.nettystreams.spi.Chunk;

/**
 * An operation that has the reader to itself until it is done; {@link Input} has a slot for one.
 *
 * <p>On the connection's loop, save {@link #method} and {@link #isDone}.
 */
sealed interface Occupant permits PendingRead, Relay, StartTls {
    /** The public method that began it, for messages. */
    String method();

    /** Whether it no longer occupies the reader. */
    boolean isDone();

    /** Acts on the buffered bytes, which are owned, and on the end of the input. */
    void advance(Input input);

    /**
     * Looks at bytes that have just arrived, and may take them before they are buffered.
     *
     * @return true if it is done with, and the rest of the chunk buffered; else the caller buffers the rest
     */
    boolean arrived(Chunk chunk, Input input);
}
