package dev.nettystreams.carrier;

import dev.nettystreams.spi.Loop;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The scheduler of the virtual threads on one event loop. The package page explains the states, the fields, and why
 * this is safe.
 *
 * <p>Confined to the loop's own thread and the threads that it carries, except for {@link #execute} and the methods
 * that {@link Carrier} marks "any thread".
 */
final class LoopCarrier implements Carrier, Executor {
    private enum State {
        IDLE,
        SCHEDULED,
        RUNNING,
        SETTLING
    }

    /** Threads may wake one another for ever; after this number of runs, the loop serves its connections. */
    private static final int RUNS_PER_TURN = 256;

    /** Whether monitors belong to the virtual thread (JEP 491) or, before Java 24, to the thread that mounts it. */
    private static final boolean MONITORS_ARE_THE_THREADS = Runtime.version().feature() >= 24;

    private static final ThreadLocal<@Nullable LoopCarrier> OF_LOOP = new ThreadLocal<>();

    private final Loop loop;
    private final PinProbe probe;
    private final ParkedCalls calls;
    private final ArrayDeque<Runnable> ready = new ArrayDeque<>();
    private final Arrivals arrivals = new Arrivals();
    private State state = State.IDLE;
    private int eventDepth;
    private volatile boolean isOrphaned;

    LoopCarrier(Loop loop) {
        this.loop = loop;
        String loopName = Thread.currentThread().getName();
        this.probe = new PinProbe(loopName);
        this.calls = new ParkedCalls(loopName);
    }

    static @Nullable LoopCarrier of(Loop current) {
        if (!CarriedThreads.areAvailable()) {
            return null;
        }
        LoopCarrier carrier = OF_LOOP.get();
        if (carrier == null || !carrier.loop.equals(current)) {
            carrier = new LoopCarrier(current);
            OF_LOOP.set(carrier);
        }
        return carrier;
    }

    static @Nullable LoopCarrier ofCaller() {
        return CarriedThreads.schedulerOfCaller() instanceof LoopCarrier carrier ? carrier : null;
    }

    static @Nullable Loop timersOfCaller() {
        LoopCarrier carrier = ofCaller();
        if (carrier == null) {
            carrier = OF_LOOP.get();
            if (carrier == null || !carrier.probe.isWatched() || !carrier.loop.isCurrent()) {
                return null;
            }
        }
        return carrier.isOrphaned ? null : carrier.loop;
    }

    @Override
    public boolean isCarryingCaller() {
        return ofCaller() == this && !isOrphaned;
    }

    @Override
    public boolean isOrphaned() {
        return isOrphaned;
    }

    PinProbe probe() {
        return probe;
    }

    @Override
    public Thread newThread(Runnable task) {
        if (probe.beginWatch()) {
            PinWatch.add(this);
        }
        return CarriedThreads.unstarted(this, task);
    }

    // ---- the scheduler

    /** Called by the JDK when a thread has become runnable. On any thread, from inside any code that unparks. */
    @Override
    public void execute(Runnable continuation) {
        if (isOrphaned) {
            FallbackThreads.run(continuation);
        } else if ((loop.isCurrent() && !loop.isEnding()) || isCarryingCaller()) {
            ready.add(continuation);
            if (state == State.IDLE && eventDepth == 0) {
                schedule(loop);
            }
        } else if (arrivals.add(continuation)) {
            submitFetch();
        } else if (isOrphaned) {
            orphan(false); // the loop ended meanwhile
        }
    }

    private void submitFetch() {
        try {
            loop.execute(this::fetch);
            orphanIfEnding();
        } catch (RejectedExecutionException e) {
            orphan(false);
        } catch (Error e) {
            arrivals.taskWasLost();
            throw e;
        }
    }

    private void fetch() {
        arrivals.fetch(ready::add);
        runScheduled();
    }

    /**
     * Submits the task that runs the ready threads.
     *
     * @param how the loop, or its {@link Loop#executeNextTurn}
     */
    private void schedule(Executor how) {
        state = State.SCHEDULED;
        try {
            how.execute(this::runScheduled);
            orphanIfEnding();
        } catch (RejectedExecutionException e) {
            orphan(true);
        } catch (Error e) {
            state = State.IDLE; // the next thread that becomes ready tries again
            throw e;
        }
    }

    /** A loop that is ending may silently drop a task that it has accepted. */
    private void orphanIfEnding() {
        if (loop.isEnding()) {
            loop.afterEnd(() -> orphan(true));
        }
    }

    /**
     * Moves the threads of a loop that has ended to {@link FallbackThreads}.
     *
     * @param isAlone whether the caller may touch {@code ready}: it runs on the loop, or the loop's thread has ended
     */
    private void orphan(boolean isAlone) {
        isOrphaned = true;
        arrivals.drain(FallbackThreads::run);
        if (isAlone) {
            synchronized (ready) {
                for (Runnable next; (next = ready.poll()) != null; ) {
                    FallbackThreads.run(next);
                }
            }
        }
    }

    // ---- on the loop's own thread

    @Override
    public void beginEvent() {
        if (MONITORS_ARE_THE_THREADS) {
            eventDepth++;
        }
    }

    @Override
    public void endEvent() {
        if (MONITORS_ARE_THE_THREADS && --eventDepth == 0 && !ready.isEmpty()) {
            runScheduled();
        }
    }

    private void runScheduled() {
        if (state == State.IDLE || state == State.SCHEDULED) {
            runReady();
        }
    }

    private void runReady() {
        try {
            Runnable next;
            for (int runs = 0; runs < RUNS_PER_TURN && (next = ready.poll()) != null; runs++) {
                state = State.RUNNING;
                try {
                    run(next);
                } finally {
                    state = State.SETTLING;
                    calls.settle();
                }
            }
        } finally {
            state = State.IDLE;
            if (!ready.isEmpty()) {
                schedule(loop::executeNextTurn);
            }
        }
    }

    private void run(Runnable continuation) {
        probe.runBegins(continuation);
        try {
            continuation.run();
        } finally {
            probe.runEnds();
        }
    }

    @Override
    public boolean isSettling() {
        return state == State.SETTLING;
    }

    // ---- on a carried thread, or on the loop's own thread while it settles

    @Override
    public void defer(Runnable task) {
        calls.defer(task);
    }

    @Override
    public void write(Outgoing target, byte[] source, int offset, int byteCount) {
        calls.write(target, source, offset, byteCount);
    }

    @Override
    public void atNextPark(Runnable task) {
        calls.atNextPark(task);
    }

    @Override
    public void callOff(Runnable task) {
        calls.callOff(task);
    }
}
