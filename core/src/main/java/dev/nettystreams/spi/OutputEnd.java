package dev.nettystreams.spi;

import java.util.concurrent.CompletionStage;

/**
 * Ends the output of a protocol layer above the wire, such as TLS, whose close_notify must precede the FIN: without it
 * the FIN is a truncation. A layer passes its end to {@link Transport#endOutputBy Transport.endOutputBy}. All methods
 * are called on the connection's event loop.
 */
public interface OutputEnd {
    /**
     * Returns whether this end leaves the other direction open, so that either side may end its output and go on
     * reading.
     *
     * @return false if the end of one side's output ends both directions
     */
    boolean isHalfClose();

    /**
     * Sends the end after all bytes written before. Called once.
     *
     * @return completes on the event loop when the operating system has taken the end; fails if the end is lost
     */
    CompletionStage<Void> send();
}
