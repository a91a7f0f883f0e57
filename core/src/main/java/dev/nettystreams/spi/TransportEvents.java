package dev.nettystreams.spi;

import org.jspecify.annotations.Nullable;

/**
 * What a transport reports to the streams over it. Called on the loop, one at a time, never from inside a method of
 * {@link Transport}, and not after {@link #connectionLost}.
 *
 * <p>Order: any number of {@code dataReceived}, each burst followed by {@code turnEnded}; at most one
 * {@code eofReceived}, with no data behind it; at most one of {@code outputFinished} and {@code outputFailed}; in the
 * end, always, one {@code connectionLost}.
 */
public interface TransportEvents {
    /**
     * Bytes came.
     *
     * @param chunk at least one byte, valid during the call
     */
    void dataReceived(Chunk chunk);

    /** The burst of {@code dataReceived} is over for now: the moment to send what was written in answer to it. */
    void turnEnded();

    /** The peer has ended its output. The connection stays open for ours. */
    void eofReceived();

    /** The write buffer, above the high mark before, has come down to the low mark. */
    void writable();

    /**
     * All that was written before {@link Transport#notifyFlushed} is in the operating system's hands.
     *
     * @param ticket the number given there
     */
    void flushed(long ticket);

    /**
     * All that was written is in the operating system's hands, and so is the end of the output: {@link
     * Transport#finish} is done.
     */
    void outputFinished();

    /**
     * Written bytes could not be sent, and none will be. Input may still come: a peer's last words outlive our failed
     * write.
     *
     * @param cause what the wire said
     */
    void outputFailed(Throwable cause);

    /**
     * The connection is gone; the transport holds nothing of it any more.
     *
     * @param cause null if it ended as asked, by {@code close} or {@code abort}
     */
    void connectionLost(@Nullable Throwable cause);
}
