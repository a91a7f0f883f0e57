package dev.nettystreams;

import dev.nettystreams.carrier.Carrier;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.LoopThreads;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * How one connection's calls get to its loop, and who is there already.
 *
 * <pre>
 *   the loop's own thread             here: it may touch everything
 *   a thread that the loop carries    here: it may touch everything but the transport, whose calls wait until it parks
 *   any other thread                  elsewhere: it submits tasks
 *
 *   verb           | on the loop's thread    | on a thread that it carries | elsewhere | if the loop has ended
 *   ---------------+-------------------------+-----------------------------+-----------+----------------------
 *   run            | now; behind the calls   | when it has parked, behind  | submit    | nothing happens
 *                  | of a parked thread      | its writes                  |           |
 *   submit         | a task, and a turn      | the same, when it has       | a task    | false, or the future
 *                  |                         | parked                      |           | fails
 *   submitYielding | the same, when the loop has looked after its other connections once
 * </pre>
 *
 * A <em>turn</em> ({@link Turns}) is one task or one event of this connection: threads that it wakes run at its end.
 *
 * <p>Any thread, save the methods marked otherwise.
 */
final class LoopAccess {
    final Loop loop;
    final Turns turns = new Turns();
    private final Executor yielding;

    /** The carrier of this loop's threads, null where no thread can be carried. Written once, on the loop. */
    private volatile @Nullable Carrier carrier;

    /**
     * The carried thread that called last. A plain field, since a caller that finds itself in it has written it.
     */
    private @Nullable Thread resident;

    LoopAccess(Loop loop) {
        this.loop = loop;
        this.yielding = loop::executeNextTurn;
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

    /** The carrier, if the caller is a thread of this loop's, and so alone with this connection; else null. */
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
     * The carrier whose parked calls the caller must not overtake: for a carried thread its own; on the loop's own
     * thread the one whose calls are being made just now. Else null.
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

    /** Whether the caller may touch this connection's state, except its transport. */
    boolean isHere() {
        return carrierOfCaller() != null || loop.isCurrent();
    }

    // ---- the three verbs

    /** Runs a task now on the loop's thread, else as soon as it can; see the table. */
    void run(Runnable task) {
        Carrier behind = carrierToGoBehind();
        if (behind != null) {
            behind.defer(task);
        } else if (loop.isCurrent()) {
            task.run();
        } else {
            submit(task);
        }
    }

    /** Submits a task; returns false if the loop has ended. */
    boolean submit(Runnable task) {
        return submit(task, loop);
    }

    /** Submits a task; fails the future if the loop has ended, or ends without having run it. */
    void submit(Runnable task, CompletableFuture<?> future) {
        submit(task, loop, future);
    }

    /** Submits a task behind the loop's other connections; returns false if the loop has ended. */
    boolean submitYielding(Runnable task) {
        return submit(task, yielding);
    }

    /** The same; fails the future if the loop has ended, or ends without having run the task. */
    void submitYielding(Runnable task, CompletableFuture<?> future) {
        submit(task, yielding, future);
    }

    private boolean submit(Runnable task, Executor how) {
        Carrier here = carrierOfCaller();
        if (here != null) {
            here.defer(() -> submit(task, how));
            return true;
        }
        try {
            how.execute(task instanceof Turn ? task : new Turn(task));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private void submit(Runnable task, Executor how, CompletableFuture<?> future) {
        Carrier here = carrierOfCaller();
        if (here != null) {
            here.defer(() -> submit(task, how, future));
        } else if (!submit(task, how)) {
            failForLackOfLoop(future);
        } else if (loop.isEnding()) {
            loop.afterEnd(() -> failForLackOfLoop(future));
        }
    }

    private static void failForLackOfLoop(CompletableFuture<?> future) {
        future.completeExceptionally(new StreamBrokenException("the connection's event loop has shut down", null));
    }

    /** On the loop: a timer whose task is a turn, or null if the loop is ending, and with it every connection. */
    Loop.@Nullable Timer schedule(Runnable task, long delayNanos) {
        try {
            return loop.schedule(new Turn(task), delayNanos);
        } catch (RejectedExecutionException e) {
            return null;
        }
    }

    // ---- turns, on the loop's own thread

    /** A task that is submitted again and again, as one object. */
    Runnable reusable(Runnable task) {
        return new Turn(task);
    }

    /** A task of the loop for this connection. Threads that it wakes run when it ends, behind all changes of state. */
    private final class Turn implements Runnable {
        private final Runnable work;

        Turn(Runnable work) {
            this.work = work;
        }

        @Override
        public void run() {
            turn(work);
        }
    }

    /** Runs an event of the transport as a turn. */
    void turn(Runnable work) {
        Carrier threads = beginTurn();
        try {
            work.run();
        } finally {
            endTurn(threads);
        }
    }

    /** The same without an object; {@link #endTurn} must follow, whatever happens. */
    @Nullable
    Carrier beginTurn() {
        assert loop.isCurrent();
        turns.begin();
        Carrier threads = carrier;
        if (threads != null) {
            threads.beginEvent();
        }
        return threads;
    }

    void endTurn(@Nullable Carrier threads) {
        if (threads != null) {
            threads.endEvent();
        }
    }
}
