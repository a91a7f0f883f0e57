package dev.nettystreams;

import dev.nettystreams.spi.Loop;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Runs virtual threads on an event loop: what {@code await} on the loop is made of. The JDK gives a virtual thread's next piece of work to
 * this scheduler whenever the thread has become runnable.
 *
 * <pre>
 *   unpark on the loop -----> ready --end of the event, or a task--> run: mount ... park --> settle: what it wrote goes to the transports
 *   unpark from elsewhere --> remote --a task-------------------------^
 *                                \__the loop has ended--> another thread, where every call of the streams fails
 * </pre>
 *
 * Why nothing runs at once, inside {@code unpark}: whoever calls that may be in the middle of something, and before Java 24 monitors belong
 * to the carrier, so that a thread mounted on top of a held one would be let in. A thread that becomes ready in an event of the streams runs
 * at the event's end, where nobody but Netty is below; before Java 24 by a task of the loop.
 *
 * <p>A virtual thread here is on the loop, and may touch a connection's state, for it is alone with it. It is not the loop's thread, and
 * Netty must not be called from it: its calls to transports wait until it has parked ({@link #defer}), and what it writes gathers here.
 * Nothing in the core may block in the middle of a change of state.
 *
 * <p>Confined to the loop and the threads on it, save {@link #execute}.
 */
final class LoopCarrier implements Executor {
    private static final System.Logger LOGGER = System.getLogger("dev.nettystreams");
    private static final int GATHERED_BYTES = 8192;

    /** Threads may wake one another without end; after so many the loop's connections have a turn. */
    private static final int MOST_RUNS = Turns.STEPS_PER_TURN;

    /** Whether a thread on top of a held monitor is kept out of it. */
    private static final boolean MONITORS_ARE_THE_THREADS = Runtime.version().feature() >= 24;

    private static final ThreadLocal<@Nullable LoopCarrier> OF_LOOP = new ThreadLocal<>();
    private static final ThreadLocal<@Nullable LoopCarrier> CARRIES = new ThreadLocal<>();

    final Loop loop;

    private final ArrayDeque<Runnable> ready = new ArrayDeque<>();
    private final Queue<Runnable> remote = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isRemoteScheduled = new AtomicBoolean();
    private final ArrayDeque<Runnable> deferred = new ArrayDeque<>();
    private final ArrayDeque<Runnable> atPark = new ArrayDeque<>();
    private int eventDepth;
    private boolean isRunning;
    private boolean isScheduled;
    private boolean isSettling;
    private volatile boolean isRefused;
    private volatile boolean isOrphaned;

    // For PinWatch and HeldUpLoop, which look at them from a thread of their own, and are content with what they see a
    // moment later.
    private final String loopName = Thread.currentThread().getName();
    private boolean isWatched;
    private @Nullable Runnable current;
    private int runCount;

    private volatile @Nullable Pinned pinned; // its await has been interrupted

    private record Pinned(Thread thread, int run) {}

    private byte @Nullable [] gathered; // what has been written since the last settling, to one connection
    private int gatheredCount;
    private @Nullable Output gatheredFor;

    LoopCarrier(Loop loop) {
        this.loop = loop;
    }

    /** The carrier of the loop whose thread calls; null where there can be none. */
    static @Nullable LoopCarrier ofCurrent(Loop loop) {
        if (!CarriedThreads.areAvailable()) {
            return null;
        }
        LoopCarrier carrier = OF_LOOP.get();
        if (carrier == null || !carrier.loop.equals(loop)) {
            carrier = new LoopCarrier(loop);
            OF_LOOP.set(carrier);
        }
        return carrier;
    }

    /** What carries the calling thread, null if it is none of these. */
    static @Nullable LoopCarrier ofCaller() {
        LoopCarrier carrier = CARRIES.get();
        if (carrier == null && CarriedThreads.schedulerOfCaller() instanceof LoopCarrier inherited) {
            carrier = inherited; // of the task that has made this thread
            CARRIES.set(carrier);
        }
        return carrier;
    }

    /** The carrier of the loop whose own thread calls, if threads have been on it; else null. */
    static @Nullable LoopCarrier inUseOnCaller() {
        LoopCarrier carrier = OF_LOOP.get();
        return carrier != null && carrier.isWatched && carrier.loop.isCurrent() ? carrier : null;
    }

    /** On the loop, or on a thread on it: one more thread is about to be. */
    void use() {
        if (!isWatched) {
            isWatched = true;
            PinWatch.add(this);
        }
    }

    /** Called by a thread of this carrier, first of all. */
    void begins() {
        CARRIES.set(this);
    }

    /** Whether the caller is a thread on this loop. Any thread. */
    boolean isCarryingCaller() {
        return ofCaller() == this && !isOrphaned;
    }

    /** Whether the loop has ended, and its threads go on elsewhere. Any thread. */
    boolean isOrphaned() {
        return isOrphaned;
    }

    // ---- the scheduler

    /** Any thread, inside of whatever it is doing. */
    @Override
    public void execute(Runnable continuation) {
        boolean isHere = (loop.isCurrent() && !loop.isEnding()) || isCarryingCaller();
        if (isHere && !isOrphaned) {
            ready.add(continuation);
            if (!isRunning && eventDepth == 0) {
                schedule();
            }
            return;
        }
        remote.add(continuation);
        if (isOrphaned) {
            orphan(false);
        } else if (isRemoteScheduled.compareAndSet(false, true)) {
            submit(loop, this::runRemote, false);
        }
    }

    private void schedule() {
        if (!isScheduled) {
            isScheduled = true;
            submit(loop, this::runScheduled, true);
        }
    }

    /** The loop has its turn first. */
    private void giveWay() {
        if (!isScheduled) {
            isScheduled = true;
            submit(loop::executeNextTurn, this::runScheduled, true);
        }
    }

    /** A loop that still lives takes it later, when it has refused it for want of room: {@link #submitAgainIfRefused}. */
    private void submit(Executor how, Runnable task, boolean isOnLoop) {
        try {
            how.execute(task);
            if (loop.isEnding()) {
                loop.afterEnd(() -> orphan(true));
            }
        } catch (RejectedExecutionException e) {
            if (loop.isEnding()) {
                orphan(isOnLoop);
            } else {
                isRefused = true;
            }
        } catch (Error e) {
            isRefused = true;
            throw e;
        }
    }

    private void runRemote() {
        isRemoteScheduled.set(false);
        for (Runnable next; (next = remote.poll()) != null; ) {
            ready.add(next);
        }
        runScheduled();
    }

    private void runScheduled() {
        isScheduled = false;
        runReady();
    }

    /**
     * The loop runs nothing any more: its threads end elsewhere, by the failures that their calls meet there.
     *
     * @param isAlone whether the loop's own state may be touched: on its thread, or when that is gone
     */
    private void orphan(boolean isAlone) {
        isOrphaned = true;
        for (Runnable next; (next = remote.poll()) != null; ) {
            Orphans.adopt(next);
        }
        if (isAlone) {
            synchronized (remote) {
                for (Runnable next; (next = ready.poll()) != null; ) {
                    Orphans.adopt(next);
                }
            }
        }
    }

    // ---- on the thread of PinWatch

    /** Which of the runs is on. */
    int runCount() {
        return runCount;
    }

    void submitAgainIfRefused() {
        if (isRefused) {
            isRefused = false;
            submit(loop, this::runRemote, false);
        }
    }

    /** The piece of work that is on, null between two. */
    @Nullable
    Runnable current() {
        return current;
    }

    String loopName() {
        return loopName;
    }

    /** Makes its await fail. */
    void interruptPinned(Thread thread, int run) {
        pinned = new Pinned(thread, run);
        PinWatch.interrupt(thread);
    }

    /** Whether the caller has been interrupted for being pinned, and has not been off its loop since. */
    boolean hasPinnedCaller() {
        Pinned found = pinned;
        if (found != null && found.thread.equals(Thread.currentThread())) {
            pinned = null;
            return found.run == runCount;
        }
        return false;
    }

    // ---- on the loop's own thread

    /** An event of the streams begins; what becomes ready in it runs when it ends. */
    void enter() {
        if (MONITORS_ARE_THE_THREADS) {
            eventDepth++;
        }
    }

    /** The event is over, and nothing of the streams is in the middle of anything. */
    void leave() {
        if (MONITORS_ARE_THE_THREADS && --eventDepth == 0 && !isRunning && !ready.isEmpty()) {
            runReady();
        }
    }

    private void runReady() {
        if (isRunning) {
            return;
        }
        isRunning = true;
        try {
            Runnable next;
            for (int runs = 0; runs < MOST_RUNS && (next = ready.poll()) != null; runs++) {
                try {
                    run(next);
                } finally {
                    settle();
                }
            }
        } finally {
            isRunning = false;
            if (!ready.isEmpty()) {
                giveWay();
            }
        }
    }

    private void run(Runnable continuation) {
        runCount++;
        current = continuation;
        try {
            continuation.run();
        } finally {
            current = null;
        }
    }

    /** The thread has parked or ended. What it asked of the transports is done in its order. */
    private void settle() {
        isSettling = true;
        try {
            for (boolean isMore = true; isMore; ) {
                try {
                    isMore = settleNext();
                } catch (RuntimeException | Error e) { // what is behind it is still to be done
                    LOGGER.log(Level.ERROR, "a task of the event loop " + loopName + " failed", e);
                }
            }
        } finally {
            isSettling = false;
        }
    }

    private boolean settleNext() {
        Runnable next = atPark.isEmpty() ? deferred.poll() : atPark.poll();
        if (next != null) {
            next.run();
        } else {
            deliver();
        }
        return !deferred.isEmpty() || gatheredFor != null || !atPark.isEmpty();
    }

    /** Whether something of what a thread has asked for may still be undone; a write of the loop's own thread then goes behind it. */
    boolean isSettling() {
        return isSettling;
    }

    private void deliver() {
        Output target = gatheredFor;
        if (target != null) {
            byte[] room = Objects.requireNonNull(gathered);
            int byteCount = gatheredCount;
            gatheredFor = null;
            gatheredCount = 0;
            gathered = null; // a handler below may write by another connection of the loop
            target.deliver(room, byteCount);
            if (gathered == null) {
                gathered = room;
            }
        }
    }

    // ---- on a thread that this carries, or on the loop's own while it settles

    /** Runs a task on the loop's own thread when the caller has parked, behind what it has written. It must not throw. */
    void defer(Runnable task) {
        closeGathered();
        deferred.add(task);
    }

    /** Runs a task on the loop's own thread when the caller has parked, unless it is {@linkplain #callOff called off} before. It must not throw. */
    void whenParked(Runnable task) {
        atPark.addLast(task);
    }

    void callOff(Runnable task) {
        if (!atPark.isEmpty()) {
            atPark.removeLastOccurrence(task);
        }
    }

    /** Adds a copy of bytes to what a connection is sent when the caller has parked. */
    void write(Output target, byte[] source, int offset, int byteCount) {
        if (byteCount > GATHERED_BYTES) {
            byte[] copy = Arrays.copyOfRange(source, offset, offset + byteCount);
            defer(() -> target.deliverOwned(ByteBuffer.wrap(copy)));
            return;
        }
        if (gatheredFor != target || gatheredCount + byteCount > GATHERED_BYTES) {
            closeGathered();
            gatheredFor = target;
        }
        byte[] room = gathered;
        if (room == null) {
            room = new byte[GATHERED_BYTES];
            gathered = room;
        }
        System.arraycopy(source, offset, room, gatheredCount, byteCount);
        gatheredCount += byteCount;
    }

    /** What comes next is to come behind what is gathered. */
    private void closeGathered() {
        Output target = gatheredFor;
        if (target != null) {
            byte[] copy = Arrays.copyOf(Objects.requireNonNull(gathered), gatheredCount);
            gatheredFor = null;
            gatheredCount = 0;
            deferred.add(() -> target.deliver(copy, copy.length));
        }
    }
}
