package dev.nettystreams.spi;

import org.jspecify.annotations.Nullable;

/**
 * The events that a transport reports to the streams above it. Called on the event loop, one at a time, never from
 * inside a method of {@link Transport}, and not after {@link #connectionLost connectionLost}.
 *
 * <p>Order: any number of {@code dataReceived}, each burst followed by {@code turnEnded}; at most one
 * {@code eofReceived}, with no data after it; at most one of {@code outputFinished} and {@code outputFailed}; finally,
 * always, one {@code connectionLost}.
 */
public interface TransportEvents {
    /**
     * Bytes have arrived.
     *
     * @param chunk at least one byte; valid during the call
     */
    void dataReceived(Chunk chunk);

    /**
     * A burst of {@code dataReceived} has ended for now. The streams send the bytes that were written in answer to it.
     */
    void turnEnded();

    /**
     * Returns whether a read, a relay or {@code startTls} waits for input, for a transport with idle timeouts.
     *
     * @return true if the next byte is awaited
     */
    default boolean isAwaitingInput() {
        return true;
    }

    /** The peer has ended its output. The connection stays open for this side's output. */
    void eofReceived();

    /** The write buffer, which was above the high mark, has fallen to the low mark. */
    void writable();

    /**
     * The operating system has taken all bytes written before {@link Transport#notifyFlushed}.
     *
     * @param ticket the number passed to that call
     */
    void flushed(long ticket);

    /** The operating system has taken all bytes written and the end of the output: {@link Transport#finish} is done. */
    void outputFinished();

    /**
     * Written bytes could not be sent, and no more will be. Input may still arrive: bytes that the peer sent before the
     * failure.
     *
     * @param cause the wire's exception
     */
    void outputFailed(Throwable cause);

    /**
     * The connection is gone, and the transport holds none of its resources any more.
     *
     * @param cause null if the connection ended as requested, by {@code close} or {@code abort}
     */
    void connectionLost(@Nullable Throwable cause);
}
