package dev.nettystreams.spi;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Knows which threads are event loops, so that a blocking wait on one of them throws instead of causing a silent
 * deadlock.
 *
 * <p>A transport {@linkplain #mark marks} each of its loops once, from a task on the loop.
 */
public final class LoopThreads {
    private static final ThreadLocal<@Nullable Loop> LOOP = new ThreadLocal<>();

    /**
     * The classes of all threads that have been marked, mostly one. Each await asks whether it is on a loop, mostly on
     * a virtual thread: its class costs less to look at than its map of thread locals. Replaced under the class's lock.
     */
    private static volatile List<Class<?>> classes = List.of();

    private LoopThreads() {}

    /**
     * Marks the current thread as the thread of a loop.
     *
     * @param loop the loop whose tasks this thread runs
     */
    public static void mark(Loop loop) {
        LOOP.set(loop);
        Class<?> marked = Thread.currentThread().getClass();
        if (!classes.contains(marked)) {
            add(marked);
        }
    }

    private static synchronized void add(Class<?> marked) {
        List<Class<?>> more = new ArrayList<>(classes);
        more.add(marked);
        classes = List.copyOf(more);
    }

    /**
     * Returns whether the caller runs on an event loop, where waiting would stop every connection of that loop.
     *
     * @return true on a marked thread while it runs its loop
     */
    public static boolean isLoopThread() {
        return classes.contains(Thread.currentThread().getClass()) && current() != null;
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
