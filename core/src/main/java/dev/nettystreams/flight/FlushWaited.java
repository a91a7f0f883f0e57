package dev.nettystreams.flight;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/**
 * Calls of {@code flush}, or a piece of a file, that wait until the system has the bytes: the peer reads more slowly
 * than the program writes.
 */
@Name("dev.nettystreams.FlushWaited")
@Label("Flush Waited")
@Description("Calls of flush, or a piece of a file, waited until the operating system had taken the bytes")
@Category({ConnectionEvent.GROUP, "Backpressure"})
@Threshold("20 ms")
final class FlushWaited extends ConnectionEvent implements Span {
    private static final FlushWaited SWITCH = new FlushWaited();

    @Label("Pending Bytes")
    @Description("Bytes that the operating system had not taken when the first flush began to wait")
    @DataAmount
    long pendingBytes;

    @Label("Outcome")
    @Description("Whether the bytes were sent, or why the output has ended")
    @Nullable
    String outcome;

    static boolean isOn() {
        return SWITCH.isEnabled();
    }

    static Span begun(long pendingByteCount) {
        FlushWaited event = new FlushWaited();
        event.pendingBytes = pendingByteCount;
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
