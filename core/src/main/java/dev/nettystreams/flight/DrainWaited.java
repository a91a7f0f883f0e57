package dev.nettystreams.flight;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** A full write buffer with writers that wait for room: the peer reads more slowly than the program writes. */
@Name("dev.nettystreams.DrainWaited")
@Label("Drain Waited")
@Description("Calls of drain waited because the peer read more slowly than the program wrote")
@Category({ConnectionEvent.GROUP, "Backpressure"})
@Threshold("20 ms")
final class DrainWaited extends ConnectionEvent implements Span {
    private static final DrainWaited SWITCH = new DrainWaited();

    @Label("Pending Bytes")
    @Description("Bytes that the operating system had not taken when the first drain began to wait")
    @DataAmount
    long pendingBytes;

    @Label("Outcome")
    @Description("Whether there was room again, or why the output has ended")
    @Nullable
    String outcome;

    static boolean isOn() {
        return SWITCH.isEnabled();
    }

    static Span begun(long pendingByteCount) {
        DrainWaited event = new DrainWaited();
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
