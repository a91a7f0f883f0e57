package dev.nettystreams.spi;

import org.jspecify.annotations.Nullable;

/**
 * Knows which threads are event loops, so that a blocking wait on one is refused and not a silent deadlock.
 *
 * <p>Transports {@linkplain #mark mark} each of their loops once, from a task on it.
 */
public final class LoopThreads {
    private static final ThreadLocal<@Nullable Loop> LOOP = new ThreadLocal<>();

    private LoopThreads() {}

    /**
     * Says that the current thread runs a loop.
     *
     * @param loop the loop whose tasks this thread runs
     */
    public static void mark(Loop loop) {
        LOOP.set(loop);
    }

    /**
     * Tells whether the caller runs on an event loop, where waiting would stop every connection of that loop.
     *
     * @return true on a marked thread while it runs its loop
     */
    public static boolean isLoopThread() {
        return current() != null;
    }

    /**
     * The event loop that the caller runs on.
     *
     * @return the loop, null on another thread
     */
    public static @Nullable Loop current() {
        Loop loop = LOOP.get();
        return loop != null && loop.isCurrent() ? loop : null;
    }
}
