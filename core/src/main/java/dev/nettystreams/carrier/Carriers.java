package dev.nettystreams.carrier;

import dev.nettystreams.spi.Loop;
import org.jspecify.annotations.Nullable;

/** Finds the {@link Carrier} of a loop and of a thread. */
public final class Carriers {
    private Carriers() {}

    /**
     * Returns the carrier of the loop that the caller's thread runs; creates it at the first call. Returns null if this
     * JVM cannot carry threads. On the loop's own thread.
     */
    public static @Nullable Carrier of(Loop current) {
        return LoopCarrier.of(current);
    }

    /** Returns the carrier of the calling thread, or null if no loop carries it. Any thread. */
    public static @Nullable Carrier ofCaller() {
        return LoopCarrier.ofCaller();
    }

    /**
     * Returns the loop whose timers the caller should use. For a carried thread that is the loop that carries it. For a
     * loop's own thread it is that loop, if it has ever carried a thread. Otherwise returns null. Any thread.
     */
    public static @Nullable Loop timersOfCaller() {
        return LoopCarrier.timersOfCaller();
    }
}
