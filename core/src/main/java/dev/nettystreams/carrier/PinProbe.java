package dev.nettystreams.carrier;

import dev.nettystreams.flight.Flight;
import dev.nettystreams.flight.LoopSpan;
import org.jspecify.annotations.Nullable;

/**
 * The part of a carrier that {@link PinWatch} reads. The loop and its threads write plain fields, because stronger
 * access would cost time in every run. The watch reads them racily: it may see a change late, so it reads twice before
 * it acts.
 */
final class PinProbe {
    final String loopName;
    private boolean isWatched;
    private int runCount;
    private @Nullable Runnable continuation; // mounted now, or null between two runs
    private @Nullable Interrupts waiter; // the interrupts of the thread that began to wait last
    private @Nullable LoopSpan held; // used again for each run that is timed
    private boolean isTimed; // the current run, for Flight Recorder

    PinProbe(String loopName) {
        this.loopName = loopName;
    }

    /** Returns true at the first call; two threads that call it at once may both get true. Any thread. */
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
        if (Flight.isTimingLoops()) {
            isTimed = true;
            held = Flight.holdBegins(held);
        }
    }

    void runEnds() {
        Runnable ended = continuation;
        continuation = null;
        if (isTimed && ended != null && held != null) {
            isTimed = false;
            held.finishRun(() -> CarriedThreads.threadOf(ended));
        }
    }

    void waits(Interrupts caller) {
        waiter = caller;
    }

    // ---- the watch

    /** Returns the number of the current run, or of the last one. */
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
