package dev.nettystreams.carrier;

import org.jspecify.annotations.Nullable;

/**
 * What the watch sees of a carrier. The loop and its threads write plain fields, since each run would pay for more; the
 * watch reads them racily, sees a change a moment later, and looks again before it reports.
 */
final class PinProbe {
    final String loopName;
    private boolean isWatched;
    private int runCount;
    private @Nullable Runnable continuation; // mounted now; null between two runs
    private @Nullable Interrupts waiter; // of the thread that began to wait last

    PinProbe(String loopName) {
        this.loopName = loopName;
    }

    /** True at the first call. On the loop, or on a thread on it. */
    boolean beginWatch() {
        boolean isFirst = !isWatched;
        isWatched = true;
        return isFirst;
    }

    boolean isWatched() {
        return isWatched;
    }

    void runBegins(Runnable mounted) {
        runCount++;
        continuation = mounted;
    }

    void runEnds() {
        continuation = null;
    }

    void waits(Interrupts caller) {
        waiter = caller;
    }

    // ---- the watch

    /** A number for the run that is under way, or was last. */
    int runCount() {
        return runCount;
    }

    @Nullable
    Runnable continuation() {
        return continuation;
    }

    @Nullable
    Interrupts waiter() {
        return waiter;
    }
}
