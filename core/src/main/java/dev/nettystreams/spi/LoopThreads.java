package dev.nettystreams.spi;

import org.jspecify.annotations.Nullable;

/**
 * Knows which threads are event loops, so that a blocking wait on one of them throws instead of causing a silent
 * deadlock.
 *
 * <p>A transport {@linkplain #mark marks} each of its loops once, from a task on the loop.
 */
public final class LoopThreads {
    private static final ThreadLocal<@Nullable Loop> LOOP = new ThreadLocal<>();

    private LoopThreads() {}

    /**
     * Marks the current thread as the thread of a loop.
     *
     * @param loop the loop whose tasks this thread runs
     */
    public static void mark(Loop loop) {
        LOOP.set(loop);
    }

    /**
     * Returns whether the caller runs on an event loop, where waiting would stop every connection of that loop.
     *
     * @return true on a marked thread while it runs its loop
     */
    public static boolean isLoopThread() {
        return current() != null;
    }

    /**
     * Returns the event loop that the caller runs on.
     *
     * @return the loop, or null on any other thread
     */
    public static @Nullable Loop current() {
        Loop loop = LOOP.get();
        return loop != null && loop.isCurrent() ? loop : null;
    }
}
