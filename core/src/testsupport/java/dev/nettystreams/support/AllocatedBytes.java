package dev.nettystreams.support;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * The bytes that one thread allocates on the heap, as the JVM counts them. A thread that an event loop carries counts
 * as the loop's thread.
 *
 * <p>Compilation changes the count of a piece of code: linking allocates once, and compiled code leaves out objects
 * that do not escape. Tests therefore take the median of many rounds, with bounds that hold in the interpreter, too.
 * The least would be wrong: one round of many finds an array that an earlier test has left.
 */
public final class AllocatedBytes {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 20;

    private final long threadId;
    private final long costOfAsking;

    private AllocatedBytes(long threadId) {
        this.threadId = threadId;
        long least = Long.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long before = soFar();
            least = Math.min(least, soFar() - before);
        }
        costOfAsking = least;
    }

    /** Counts the bytes of the caller. */
    public static AllocatedBytes ofCaller() {
        return of(Thread.currentThread());
    }

    /** Counts the bytes of a platform thread. */
    public static AllocatedBytes of(Thread thread) {
        return new AllocatedBytes(thread.getId());
    }

    /** Returns the median of the counts of many rounds, without those of the first half, which warm up. */
    public static long median(long[] byRound) {
        long[] warm = Arrays.copyOfRange(byRound, byRound.length / 2, byRound.length);
        Arrays.sort(warm);
        return warm[warm.length / 2];
    }

    /** Returns the number of bytes that the thread has allocated since it started. */
    public long soFar() {
        return THREADS.getThreadAllocatedBytes(threadId);
    }

    /** Returns the number of bytes that the thread has allocated since {@link #soFar} returned that number. */
    public long since(long before) {
        return soFar() - before - costOfAsking;
    }
}
