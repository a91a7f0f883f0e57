package dev.nettystreams.carrier;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The observations that {@link PinWatch} has made of one event loop. They distinguish a thread that blocks the loop by
 * waiting from one that computes, and from one that has only just parked.
 *
 * <pre>
 *   look 1   a run is on
 *   look 2   the same run: its thread is parked, or waits for a monitor; or it is in a native method --> suspect
 *   look 3   the same run: its thread is parked or waits again; or it is in the same native method, called from the
 *            same lines --> pinned
 * </pre>
 *
 * To the JVM, a thread that reads from a child process is RUNNABLE, like a thread that computes; the stack frames show
 * the difference. A native method that computes for so long, such as the inflation of a large array, is reported too:
 * it also holds up the loop. A long computation in Java is not reported.
 *
 * <p>Confined to the watch's thread.
 */
final class HeldUpLoop {
    private int seenRunCount;
    private int reportedRunCount;
    private StackTraceElement @Nullable [] suspectFrames; // of the run seen last
    private boolean wasWaiting; // in the run seen last; it may have parked in that moment, and left its loop

    /** Looks at the loop; acts if its thread is pinned. */
    void look(PinProbe probe) {
        Runnable running = probe.continuation();
        int run = probe.runCount();
        if (running == null || run != seenRunCount) {
            seenRunCount = run;
            suspectFrames = null;
            wasWaiting = false;
            return;
        }
        Thread thread = CarriedThreads.threadOf(running);
        if (thread == null || Interrupts.interruptOverdue(thread)) {
            return; // the interrupt for a deadline may end the wait
        }
        Interrupts waiter = probe.waiter();
        int wait = waiter != null && waiter.isOf(thread) ? waiter.observeWait() : WatchedWait.NOT_WAITING;
        boolean isRunnable = thread.getState() == Thread.State.RUNNABLE;
        StackTraceElement[] frames = thread.getStackTrace();
        if (probe.continuation() == null || probe.runCount() != run || frames.length == 0) {
            return; // the run has ended, so the thread is not pinned
        }
        if (!isRunnable && !wasWaiting) {
            wasWaiting = true;
        } else if (!isRunnable) {
            if (waiter != null) {
                waiter.interruptPinned(wait);
            }
            report(probe, run, thread, frames, PinWatch.describe(frames));
        } else if (frames[0].isNativeMethod() && Arrays.equals(frames, suspectFrames)) {
            report(probe, run, thread, frames, PinWatch.describeNative(frames[0]));
        } else {
            suspectFrames = frames;
            wasWaiting = false;
        }
    }

    /** Reports a run once; waits for a later look if another loop was reported within the last second. */
    private void report(PinProbe probe, int run, Thread thread, StackTraceElement[] frames, String why) {
        if (run != reportedRunCount && PinWatch.takeReport()) {
            reportedRunCount = run;
            PinWatch.report(probe.loopName, thread, frames, why);
        }
    }
}
