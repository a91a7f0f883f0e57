package dev.nettystreams.flight;

import java.util.function.Supplier;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/**
 * Code that held its event loop: a turn of a connection with the callbacks in it, or one run of a carried thread. The
 * other connections of the loop waited. The thread of the event is the loop's own.
 */
@Name("dev.nettystreams.LoopHeld")
@Label("Loop Held")
@Description("Callbacks or a task held the event loop, and its other connections waited")
@Category({ConnectionEvent.GROUP, "Event Loops"})
@Threshold("20 ms")
final class LoopHeld extends ConnectionEvent implements LoopSpan {
    private static final LoopHeld SWITCH = new LoopHeld();
    private static final String CALLBACKS = "callbacks";

    @Label("Held By")
    @Description("callbacks, or the name of the thread that the loop carried")
    @Nullable
    String heldBy;

    static boolean isOn() {
        return SWITCH.isEnabled();
    }

    /** One event serves all turns of a connection: they come by the million, and few are recorded. */
    static LoopSpan begun(@Nullable LoopSpan reused) {
        LoopHeld event = reused instanceof LoopHeld own ? own : new LoopHeld();
        event.begin();
        return event;
    }

    @Override
    public void finishTurn(Recorded connection) {
        end();
        if (shouldCommit()) {
            describe(connection);
            heldBy = CALLBACKS;
            commit();
        }
    }

    @Override
    public void finishRun(Supplier<@Nullable Thread> thread) {
        end();
        if (!shouldCommit()) {
            return;
        }
        Thread runner = thread.get();
        Recorded connection = runner == null ? null : OpenConnections.servedBy(runner);
        heldBy = runner == null ? "a task" : BoundedText.of(runner.getName());
        if (connection != null) {
            describe(connection);
        } else {
            connectionId = 0;
            peerAddress = null;
            localAddress = null;
        }
        commit();
    }
}
