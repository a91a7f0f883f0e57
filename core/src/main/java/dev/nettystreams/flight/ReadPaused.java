package dev.nettystreams.flight;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** A pause of reading: the program reads more slowly than the peer sends. */
@Name("dev.nettystreams.ReadPaused")
@Label("Read Paused")
@Description("Reading was paused because the program read more slowly than the peer sent")
@Category({ConnectionEvent.GROUP, "Backpressure"})
@Threshold("20 ms")
final class ReadPaused extends ConnectionEvent implements Span {
    private static final ReadPaused SWITCH = new ReadPaused();

    @Label("Buffered Bytes")
    @Description("Bytes that had arrived when reading was paused, and that no read had taken")
    @DataAmount
    long bufferedBytes;

    @Label("Outcome")
    @Nullable
    String outcome;

    static boolean isOn() {
        return SWITCH.isEnabled();
    }

    static Span begun(long bufferedByteCount) {
        ReadPaused event = new ReadPaused();
        event.bufferedBytes = bufferedByteCount;
        event.begin();
        return event;
    }

    @Override
    public void finish(Recorded connection, String how) {
        end();
        if (shouldCommit()) {
            describe(connection);
            outcome = BoundedText.of(how);
            commit();
        }
    }
}
