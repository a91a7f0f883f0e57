package dev.nettystreams.flight;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timestamp;
import org.jspecify.annotations.Nullable;

/**
 * A connection, from its opening to its end. A connection that opened before the recording has a duration of zero, and
 * tells when it opened.
 */
@Name("dev.nettystreams.Connection")
@Label("Connection")
@Description("A connection that has ended. Its duration is zero if it opened before the recording began")
@Category({ConnectionEvent.GROUP, "Connections"})
final class ConnectionLife extends ConnectionEvent implements Span {
    private static final ConnectionLife SWITCH = new ConnectionLife();

    @Label("Opened At")
    @Timestamp(Timestamp.MILLISECONDS_SINCE_EPOCH)
    long openedAt;

    @Label("Bytes Read")
    @Description("Bytes that have arrived; under TLS, after their decryption")
    @DataAmount
    long bytesRead;

    @Label("Bytes Written")
    @Description("Bytes that the program has written; under TLS, before their encryption")
    @DataAmount
    long bytesWritten;

    @Label("Reads Paused")
    @Description("How often reading was paused because the program read more slowly than the peer sent")
    long readsPaused;

    @Label("Drains Waited")
    @Description("How many calls of drain waited because the peer read more slowly than the program wrote")
    long drainsWaited;

    @Label("Cause")
    @Description("Why the connection has ended")
    @Nullable
    String cause;

    static boolean isOn() {
        return SWITCH.isEnabled();
    }

    static Span begun() {
        ConnectionLife event = new ConnectionLife();
        event.begin();
        return event;
    }

    @Override
    public void finish(Recorded connection, String outcome) {
        end();
        if (shouldCommit()) {
            describe(connection);
            openedAt = connection.openedMillis();
            bytesRead = connection.bytesRead();
            bytesWritten = connection.bytesWritten();
            readsPaused = connection.readsPaused();
            drainsWaited = connection.drainsWaited();
            cause = BoundedText.of(outcome);
            commit();
        }
    }
}
