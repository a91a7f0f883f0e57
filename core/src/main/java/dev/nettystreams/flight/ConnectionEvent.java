package dev.nettystreams.flight;

import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/**
 * An event about one connection. The streams record it, mostly in a task of the event loop, so a stack trace would show
 * no line of the program.
 */
@StackTrace(false)
abstract class ConnectionEvent extends Event {
    static final String GROUP = "netty-streams";

    @ConnectionId
    @Label("Connection Id")
    @Description("The same number in all events of a connection; 0 if the connection is unknown")
    long connectionId;

    @Label("Peer Address")
    @Nullable
    String peerAddress;

    @Label("Local Address")
    @Nullable
    String localAddress;

    final void describe(Recorded connection) {
        connectionId = connection.id();
        peerAddress = BoundedText.of(connection.peerAddress());
        localAddress = BoundedText.of(connection.localAddress());
    }
}
