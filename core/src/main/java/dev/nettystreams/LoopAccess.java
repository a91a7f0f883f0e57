package dev.nettystreams;

import dev.nettystreams.carrier.Carrier;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.LoopThreads;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * How one connection's calls get to its loop, and who is there already.
 *
 * <pre>
 *   the loop's own thread             here: everything may be touched
 *   a thread that the loop carries    here: all but the transport, which comes to its turn when that thread has parked
 *   any other thread                  elsewhere: by a task
 * </pre>
 *
 * <p>Any thread, save the methods marked otherwise.
 */
final class LoopAccess {
    final Loop loop;
    final Turns turns = new Turns();

    /** What runs virtual threads on this loop, null where there are none. Written once, on the loop. */
    private volatile @Nullable Carrier carrier;

    /**
     * The thread on this loop that called last. A plain field, since a caller that finds itself in it has written it.
     */
    private @Nullable Thread resident;

    LoopAccess(Loop loop) {
        this.loop = loop;
    }

    /** On the loop, first of all. */
    void start() {
        LoopThreads.mark(loop);
        carrier = Carrier.of(loop);
    }

    /** On the loop. */
    @Nullable
    Carrier carrier() {
        return carrier;
    }

    /** What carries the calling thread if it is one on this loop, which is alone with this connection; else null. */
    @SuppressWarnings("ReferenceEquality") // a thread may say that it equals another
    @Nullable
    Carrier carrierOfCaller() {
        Carrier candidate = carrier;
        if (candidate == null) {
            return null;
        }
        Thread caller = Thread.currentThread();
        if (caller != resident) {
            if (loop.isCurrent() || !candidate.isCarryingCaller()) {
                return null;
            }
            resident = caller;
        }
        return candidate.isOrphaned() ? null : candidate;
    }

    /**
     * Whose threads have asked for what the caller must not overtake: the caller's, if it is one of them, or those whose wishes are just being passed on
     * if that is what has called the caller. Else null.
     */
    @Nullable
    Carrier carrierToGoBehind() {
        Carrier here = carrierOfCaller();
        if (here != null) {
            return here;
        }
        Carrier candidate = carrier;
        return candidate != null && loop.isCurrent() && candidate.isSettling() ? candidate : null;
    }

    /** Whether the caller may touch this connection's state, the transport's excepted. */
    boolean isHere() {
        return carrierOfCaller() != null || loop.isCurrent();
    }

    /**
     * Now if the caller is the loop's thread, else by a task; a loop that has ended runs it nowhere. Behind everything that threads on the loop
     * have asked for, also if the caller is called while that is being done.
     */
    void onLoop(Runnable task) {
        Carrier here = carrierToGoBehind();
        if (here != null) {
            here.defer(task);
        } else if (loop.isCurrent()) {
            task.run();
        } else {
            hop(task);
        }
    }

    /** By a task; false if the loop has ended. */
    boolean hop(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** By a task; fails the future if the loop has ended, or ends without having run it. */
    void hop(Runnable task, CompletableFuture<?> future) {
        Carrier here = carrierOfCaller();
        if (here != null) {
            here.defer(() -> hop(task, future));
        } else if (!hop(task)) {
            failForLackOfLoop(future);
        } else if (loop.isEnding()) {
            loop.afterEnd(() -> failForLackOfLoop(future));
        }
    }

    /** On the loop, or on a thread that it carries: by a task, when the loop has looked after its other connections. */
    void hopToNextTurn(Runnable task, CompletableFuture<?> future) {
        Carrier here = carrierOfCaller();
        if (here != null) {
            here.defer(() -> hopToNextTurn(task, future));
            return;
        }
        if (!hopToNextTurn(task)) {
            failForLackOfLoop(future);
        } else if (loop.isEnding()) {
            loop.afterEnd(() -> failForLackOfLoop(future));
        }
    }

    /** On the loop: a timer, or null if the loop is ending, and with it every connection. */
    Loop.@Nullable Timer schedule(Runnable task, long delayNanos) {
        try {
            return loop.schedule(() -> turn(task), delayNanos);
        } catch (RejectedExecutionException e) {
            return null;
        }
    }

    private void failForLackOfLoop(CompletableFuture<?> future) {
        String what = loop.isEnding() ? "has shut down" : "has refused a task: it has too many";
        future.completeExceptionally(new StreamBrokenException("the connection's event loop " + what, null));
    }

    // ---- on the loop's own thread

    /** By a task, when the loop has looked after its other connections; false if it has ended. */
    boolean hopToNextTurn(Runnable task) {
        try {
            loop.executeNextTurn(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Runs what is no call of ours, but may wake threads. Those run when it ends, with nothing half changed below them. */
    void turn(Runnable work) {
        beginTurn();
        try {
            work.run();
        } finally {
            endTurn();
        }
    }

    /** The same without an object; {@link #endTurn} must follow, whatever happens. */
    void beginTurn() {
        assert loop.isCurrent();
        turns.begin();
        Carrier threads = carrier;
        if (threads != null) {
            threads.beginEvent();
        }
    }

    void endTurn() {
        Carrier threads = carrier;
        if (threads != null) {
            threads.endEvent();
        }
    }
}
