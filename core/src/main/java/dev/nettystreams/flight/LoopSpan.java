package dev.nettystreams.flight;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A time during which code holds an event loop. May begin again when it has ended. Confined to the loop. */
public interface LoopSpan {
    /** Ends a turn of a connection. */
    void finishTurn(Recorded connection);

    /** Ends a run of a carried thread. */
    void finishRun(Supplier<@Nullable Thread> thread);
}
