package dev.nettystreams;

import dev.nettystreams.carrier.Carrier;
import dev.nettystreams.carrier.Carriers;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.LoopThreads;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * How the calls of one connection reach its loop. Three kinds of threads call, with different rights:
 *
 * <pre>
 *   the loop's own thread             here: may touch the connection's state, and the transport
 *   a thread that the loop carries    here: may touch the state; calls of the transport are deferred until it parks
 *   any other thread                  elsewhere: submits tasks
 *
 *   verb           | on the loop's own thread | on a carried thread       | elsewhere        | if the loop has ended
 *   ---------------+--------------------------+---------------------------+------------------+----------------------
 *   run            | runs the task now, or    | runs it after the thread  | as submit        | the task is dropped
 *                  | behind the deferred      | has parked, behind its    |                  |
 *                  | calls being made         | writes                    |                  |
 *   submit         | submits a task to the    | submits it after the      | submits a task   | returns false, or
 *                  | loop                     | thread has parked         | to the loop      | fails the future
 *   submitYielding | as submit, but the loop serves its other connections before it runs the task
 * </pre>
 *
 * A submitted task is a <em>turn</em> ({@link Turns}), as is each event of the transport: threads that become runnable
 * in it run at its end.
 *
 * <p>Any thread may call the methods, except for those marked otherwise.
 */
final class LoopAccess {
    final Loop loop;
    final Turns turns = new Turns();
    private final Executor yielding;

    /** The carrier of this loop's threads, or null if this JVM cannot carry threads. Written once, on the loop. */
    private volatile @Nullable Carrier carrier;

    /** Written once, on the loop. */
    private @Nullable WakeUps wakeUps;

    /**
     * The carried thread that called last. A plain field: only a thread that finds itself in it acts on it, and that
     * thread has written it.
     */
    private @Nullable Thread resident;

    /** Observes the connection. */
    final ConnectionProbe probe;

    LoopAccess(Loop loop, ConnectionProbe probe) {
        this.loop = loop;
        this.probe = probe;
        this.yielding = loop::executeNextTurn;
    }

    /** Called on the loop's own thread, before any event. */
    void start() {
        LoopThreads.mark(loop);
        carrier = Carriers.of(loop);
        wakeUps = WakeUps.of(loop);
    }

    /** Returns the wake-ups of this loop's waiting threads. On the loop. */
    WakeUps wakeUps() {
        return Objects.requireNonNull(wakeUps);
    }

    /** Returns the carrier of this loop's threads. On the loop. */
    @Nullable
    Carrier carrier() {
        return carrier;
    }

    /** Returns the carrier if it carries the caller, which may then touch the connection's state; otherwise null. */
    @Nullable
    Carrier carrierOfCaller() {
        Carrier candidate = carrier;
        if (candidate == null) {
            return null;
        }
        if (!isResident()) {
            if (loop.isCurrent() || !candidate.isCarryingCaller()) {
                return null;
            }
            resident = Thread.currentThread();
        }
        return candidate.isOrphaned() ? null : candidate;
    }

    /**
     * Returns the carrier whose deferred calls the caller must not overtake: on a carried thread its carrier; on the
     * loop's own thread the carrier, while the deferred calls of a parked thread are being made. Otherwise returns
     * null.
     */
    @Nullable
    Carrier carrierToGoBehind() {
        Carrier candidate = carrier;
        if (candidate == null) {
            return null;
        }
        if (!isResident() && loop.isCurrent()) {
            return candidate.isSettling() ? candidate : null;
        }
        return carrierOfCaller();
    }

    /** Returns whether the caller may touch this connection's state, except for its transport. */
    boolean isHere() {
        return isResident() // the cheaper question first; a carried thread may act for a loop that has ended
                ? carrierOfCaller() != null || loop.isCurrent()
                : loop.isCurrent() || carrierOfCaller() != null;
    }

    @SuppressWarnings("ReferenceEquality") // a subclass of Thread may override equals
    private boolean isResident() {
        return Thread.currentThread() == resident;
    }

    /** Returns whether a thread is the carried thread that called last; a stale answer off the loop. */
    @SuppressWarnings("ReferenceEquality") // as above
    boolean isResident(Thread thread) {
        return thread == resident;
    }

    // ---- futures

    /** Returns a new future of this connection. Any thread. */
    <T extends @Nullable Object> CompletableFuture<T> newFuture() {
        return StreamFuture.of(loop);
    }

    /** Returns a completed future of this connection. Any thread. */
    <T extends @Nullable Object> CompletableFuture<T> completed(T value) {
        if (!loop.hasOwnClock()) {
            return CompletableFuture.completedFuture(value);
        }
        CompletableFuture<T> future = newFuture();
        future.complete(value);
        return future;
    }

    // ---- the three verbs

    /** Runs a task now on the loop's own thread, and otherwise as soon as possible; see the table. */
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

    /**
     * Submits a task; returns false if the loop has ended. Always returns true on a carried thread, where the loop is
     * asked later.
     */
    boolean submit(Runnable task) {
        return submit(task, loop);
    }

    /** Submits a task; fails the future if the loop has ended, or ends without having run it. */
    void submit(Runnable task, CompletableFuture<?> future) {
        submit(task, loop, future);
    }

    /** Does the same, but the loop serves its other connections first. */
    boolean submitYielding(Runnable task) {
        return submit(task, yielding);
    }

    /** Does the same; fails the future if the loop has ended, or ends without having run the task. */
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

    /** On the loop: starts a timer whose task is a turn. Returns null if the loop is ending. */
    Loop.@Nullable Timer schedule(Runnable task, long delayNanos) {
        try {
            return loop.schedule(new Turn(task), delayNanos);
        } catch (RejectedExecutionException e) {
            return null;
        }
    }

    // ---- turns, on the loop's own thread

    /** Returns a task that may be submitted repeatedly without a new object each time. */
    Runnable reusable(Runnable task) {
        return new Turn(task);
    }

    /** A task of this connection. Threads that become runnable in it run at its end, when the state is settled. */
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

    /** Runs work as a turn. */
    void turn(Runnable work) {
        Carrier threads = beginTurn();
        try {
            work.run();
        } finally {
            endTurn(threads);
        }
    }

    /** Begins a turn; {@link #endTurn} must follow, in a finally block. Saves the object that {@link #turn} needs. */
    @Nullable
    Carrier beginTurn() {
        assert loop.isCurrent();
        turns.begin();
        probe.turnBegins();
        Carrier threads = carrier;
        if (threads != null) {
            threads.beginEvent();
        }
        return threads;
    }

    void endTurn(@Nullable Carrier threads) {
        probe.turnEnds();
        if (threads != null) {
            threads.endEvent();
        }
    }
}
