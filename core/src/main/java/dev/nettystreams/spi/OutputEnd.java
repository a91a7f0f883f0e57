package dev.nettystreams.spi;

import java.util.concurrent.CompletionStage;

/**
 * The end of the output of a layer over the wire, such as the close_notify of TLS, without which a FIN would be a
 * truncation. A layer gives its own to {@link Transport#endOutputBy}. Called on the connection's loop.
 */
public interface OutputEnd {
    /**
     * Whether this end leaves the other direction alone: either side may end its output and go on reading.
     *
     * @return false where one side's end is the end of both directions
     */
    boolean isHalfClose();

    /**
     * Sends the end behind all that was written. Called once.
     *
     * @return completes on the loop when the operating system has taken the end; fails if the end is lost
     */
    CompletionStage<Void> send();
}
