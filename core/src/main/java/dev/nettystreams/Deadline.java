package dev.nettystreams;

import dev.nettystreams.spi.Timeouts;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The end of a thread's patience with several steps.
 *
 * <pre>
 *   RUNNING --the time is over--> EXPIRING --the thread has been interrupted--> EXPIRED
 *      \__the last step is__> OVER
 * </pre>
 *
 * Whoever is first decides: when the steps are over, the interrupt has been sent and can be taken back, or never will be. No lock: a thread on
 * an event loop that waited for one while it has another would be put aside, and the loop's own thread, which expires deadlines, behind it.
 *
 * <p>Confined to the thread, save {@link #expire} and what that needs.
 */
final class Deadline {
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Deadline.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int RUNNING = 0;
    private static final int EXPIRING = 1;
    private static final int EXPIRED = 2;
    private static final int OVER = 3;

    private static final ThreadLocal<@Nullable Deadline> INNERMOST = new ThreadLocal<>();

    /** Those whose timers are a loop's, which does not come to them while their own code holds it up. */
    private static final Set<Deadline> ON_LOOPS = ConcurrentHashMap.newKeySet();

    private final Thread thread;
    private final long beginNanos = System.nanoTime();
    private final long timeoutNanos;
    private final @Nullable Deadline outer = INNERMOST.get();
    private final AtomicInteger outstandingCount = outer == null ? new AtomicInteger() : outer.outstandingCount;
    private final int interruptCountAtBegin = interruptCountOfOthers();
    private final CompletableFuture<Void> expiry = new StreamFuture<>();
    private boolean hasEnded;

    private volatile int state;
    private boolean hadBeenInterrupted; // written before the state is EXPIRED

    Deadline(Thread thread, Duration timeout) {
        this.thread = thread;
        this.timeoutNanos = Math.max(0, Timeouts.saturatedNanos(timeout)); // a difference with less would overflow
    }

    static <T extends @Nullable Object> T run(Duration timeout, Callable<? extends T> steps) throws Exception {
        Deadline deadline = new Deadline(Thread.currentThread(), timeout);
        try {
            return deadline.run(steps);
        } catch (InterruptedException | CancellationException e) {
            boolean isInterruption = e instanceof InterruptedException || e.getCause() instanceof InterruptedException;
            if (isInterruption && deadline.end() && !deadline.isMeantByOthers()) {
                TimeoutException timedOut = new TimeoutException("not done within " + Timeouts.toText(timeout));
                timedOut.addSuppressed(e);
                throw timedOut;
            }
            throw e;
        }
    }

    private <T extends @Nullable Object> T run(Callable<? extends T> steps) throws Exception {
        INNERMOST.set(this);
        LoopCarrier carrier = LoopCarrier.ofCaller();
        Runnable start = this::startTimer;
        if (carrier == null || carrier.isOrphaned()) {
            start.run();
        } else {
            ON_LOOPS.add(this);
            carrier.whenParked(start); // before, no timer would come through
        }
        try {
            return steps.call();
        } finally {
            end();
            INNERMOST.set(outer);
            if (carrier != null) {
                carrier.callOff(start);
                ON_LOOPS.remove(this);
            }
            expiry.cancel(false);
        }
    }

    private void startTimer() {
        long restNanos = timeoutNanos - (System.nanoTime() - beginNanos);
        CompletionStage<Void> expired = expiry.orTimeout(Math.max(0, restNanos), TimeUnit.NANOSECONDS);
        expired.whenComplete((never, over) -> expire());
    }

    /** For whoever sees that a thread holds up its loop; whether there were any. */
    static boolean expireOverdueOf(Thread thread) {
        long now = System.nanoTime();
        boolean isAny = false;
        for (Deadline deadline : ON_LOOPS) {
            if (deadline.thread.equals(thread) && now - deadline.beginNanos >= deadline.timeoutNanos) {
                isAny |= deadline.expire();
            }
        }
        return isAny;
    }

    /** Any thread. Whether it had not expired, and was not over. */
    boolean expire() {
        boolean isRunning = STATE.compareAndSet(this, RUNNING, EXPIRING);
        if (isRunning) {
            boolean isFirst = outstandingCount.getAndIncrement() == 0;
            // If it is not, the interrupt that is there may be another deadline's.
            hadBeenInterrupted = isFirst && thread.isInterrupted();
            try {
                thread.interrupt();
            } finally {
                state = EXPIRED;
            }
        }
        return isRunning;
    }

    /** Whether the time was over first; takes back an interrupt that met nobody, if nobody else can have meant it. */
    boolean end() {
        if (STATE.compareAndSet(this, RUNNING, OVER) || state == OVER) {
            return false;
        }
        while (state == EXPIRING) {
            Thread.onSpinWait(); // between two lines of another thread
        }
        if (!hasEnded) {
            hasEnded = true;
            outstandingCount.decrementAndGet();
            if (Thread.interrupted() && isMeantByOthers()) {
                thread.interrupt();
            }
        }
        return true;
    }

    private boolean isMeantByOthers() {
        return hadBeenInterrupted || interruptCountOfOthers() != interruptCountAtBegin;
    }

    /** How often the outer deadlines and those who have a say in the task have interrupted the caller. */
    private int interruptCountOfOthers() {
        int count = Task.interruptCountOfCaller();
        for (Deadline other = outer; other != null; other = other.outer) {
            count += other.hasExpired() ? 1 : 0;
        }
        return count;
    }

    /** Whether any of those that the caller's steps are under has interrupted it. */
    static boolean hasExpiredForCaller() {
        for (Deadline each = INNERMOST.get(); each != null; each = each.outer) {
            if (each.hasExpired()) {
                return true;
            }
        }
        return false;
    }

    private boolean hasExpired() {
        int now = state;
        return now == EXPIRING || now == EXPIRED;
    }

    /** For the tests of this package. */
    static int countOnLoops() {
        return ON_LOOPS.size();
    }
}
