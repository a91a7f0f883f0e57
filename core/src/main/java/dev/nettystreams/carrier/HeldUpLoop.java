package dev.nettystreams.carrier;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One event loop as {@link PinWatch} has seen it: tells a thread that waits on the loop from one that works there.
 *
 * <pre>
 *   look 1   a run is on
 *   look 2   the same run: its thread is parked, or waits for a monitor --> pinned
 *                          it is in a native method                     --> suspect
 *   look 3   the same run, in the same native method, called from the same lines --> pinned
 * </pre>
 *
 * To the JVM a thread that reads from a child process is RUNNABLE, as one that computes is; its frames tell them apart.
 * A native method that computes for that long, such as the inflation of a large array, is named too: it holds up the
 * loop as well. Java code that computes is not, since it may be seen to move on only by its own effects.
 *
 * <p>Confined to the thread of {@link PinWatch}.
 */
final class HeldUpLoop {
    private int seenRunCount;
    private int reportedRunCount;
    private StackTraceElement @Nullable [] suspectFrames; // of the run seen last

    /** Looks at the loop once more. */
    void look(PinProbe probe) {
        Runnable running = probe.continuation();
        int run = probe.runCount();
        if (running == null || run != seenRunCount) {
            seenRunCount = run;
            suspectFrames = null;
            return;
        }
        Thread thread = CarriedThreads.threadOf(running);
        if (thread == null || Interrupts.interruptOverdue(thread)) {
            return; // if it was interrupted just now, it may go on
        }
        Interrupts waiter = probe.waiter();
        int wait = waiter != null && waiter.isOf(thread) ? waiter.observeWait() : WatchedWait.NOT_WAITING;
        boolean isRunnable = thread.getState() == Thread.State.RUNNABLE;
        StackTraceElement[] frames = thread.getStackTrace();
        if (probe.continuation() == null || probe.runCount() != run || frames.length == 0) {
            return; // it goes on
        }
        if (!isRunnable) {
            if (waiter != null) {
                waiter.interruptPinned(wait);
            }
            report(probe, run, thread, frames, PinWatch.describe(frames));
        } else if (frames[0].isNativeMethod() && Arrays.equals(frames, suspectFrames)) {
            report(probe, run, thread, frames, PinWatch.describeNative(frames[0]));
        } else {
            suspectFrames = frames;
        }
    }

    /** Once for a run; if another loop's was reported a moment ago, at a later look. */
    private void report(PinProbe probe, int run, Thread thread, StackTraceElement[] frames, String why) {
        if (run != reportedRunCount && PinWatch.takeReport()) {
            reportedRunCount = run;
            PinWatch.report(probe.loopName, thread, frames, why);
        }
    }
}
