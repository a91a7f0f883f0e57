package dev.nettystreams.demos.proxy;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A client's request to be connected to a destination of its choice, read part by part. */
interface ClientRequest {
    /** What follows a part of the request. */
    enum Step {
        /** The next part. */
        READ_ON,
        /** The connection to the {@link #destination}. */
        CONNECT,
        /** The end: the request is refused. */
        END
    }

    /** Starts the read of the next part. */
    CompletableFuture<byte[]> read(StreamReader reader);

    /**
     * Takes a part.
     *
     * @param part the bytes; none at the end of input, if the part is a line
     * @param writer takes the answer, if one is due
     */
    Step accept(byte[] part, StreamWriter writer);

    /** Returns the destination of a complete request. */
    Destination destination();

    /** Returns the answer for a connection that is open. */
    byte[] granted(@Nullable SocketAddress localAddress);

    /** Returns the answer for a connection that could not be opened, or a request that could not be read. */
    byte[] refused(Throwable failure);
}
