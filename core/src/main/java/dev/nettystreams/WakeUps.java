package dev.nettystreams;

import dev.nettystreams.spi.Loop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Wakes the threads whose reads the loop has completed. A loop often receives for many connections at a time. If it
 * woke each thread at once, then on one processor each wake-up would be a switch to that thread and back, in the middle
 * of the loop's work; on several, a system call for each. So the threads are woken together.
 *
 * <pre>
 *   add --> waiting --behind the events that the loop is serving, or when MOST wait--> unpark
 * </pre>
 *
 * The result of a read is there before its thread is woken: a thread that has not parked yet does not wait.
 *
 * <p>One for each loop. Any thread calls {@link #add}; the rest is confined to the loop.
 */
final class WakeUps {
    /** The first thread waits at most for so many reads of the same turn. */
    static final int MOST = 16;

    private static final ThreadLocal<@Nullable WakeUps> OF_LOOP = new ThreadLocal<>();

    private final Loop loop;
    private final Runnable task = this::runScheduled;
    private final @Nullable Thread[] waiting = new @Nullable Thread[MOST];
    private int count;
    private boolean isScheduled;

    private WakeUps(Loop loop) {
        this.loop = loop;
    }

    /** Returns the object of the loop that the caller's thread runs. On the loop's own thread. */
    static WakeUps of(Loop current) {
        WakeUps known = OF_LOOP.get();
        if (known == null || !known.loop.equals(current)) {
            known = new WakeUps(current);
            OF_LOOP.set(known);
        }
        return known;
    }

    /** Wakes a parked thread soon; at once if the caller is not on the loop, or the loop is ending. */
    void add(Thread parked) {
        if (!loop.isCurrent()) {
            LockSupport.unpark(parked);
            return;
        }
        waiting[count++] = parked;
        if (count == MOST || loop.isEnding() || !trySchedule()) {
            wakeAll();
        }
    }

    private boolean trySchedule() {
        if (!isScheduled) {
            try {
                loop.execute(task);
                isScheduled = true;
            } catch (RejectedExecutionException e) {
                return false;
            }
        }
        return true;
    }

    private void runScheduled() {
        isScheduled = false;
        wakeAll();
    }

    private void wakeAll() {
        for (int i = 0; i < count; i++) {
            LockSupport.unpark(waiting[i]);
            waiting[i] = null;
        }
        count = 0;
    }
}
