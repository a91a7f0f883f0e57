package dev.nettystreams;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The end of a thread's patience with several steps. The lock decides between the deadline and the last step: when the steps are over, the
 * interrupt has been sent and can be taken back, or never will be.
 */
final class Deadline {
    private static final ThreadLocal<@Nullable Deadline> INNERMOST = new ThreadLocal<>();

    /** Those whose timers are a loop's, which does not come to them while their own code holds it up. */
    private static final Set<Deadline> ON_LOOPS = ConcurrentHashMap.newKeySet();

    private final Thread thread;
    private final long beginNanos = System.nanoTime();
    private long timeoutNanos;
    private final @Nullable Deadline outer = INNERMOST.get();
    private boolean isOver; // guarded by this
    private boolean hasInterrupted; // guarded by this

    Deadline(Thread thread) {
        this.thread = thread;
    }

    <T extends @Nullable Object> T run(Duration timeout, Callable<? extends T> steps) throws Exception {
        timeoutNanos = StreamCore.saturatedNanos(timeout);
        CompletableFuture<Void> expiry = new StreamFuture<>();
        CompletionStage<Void> expired = expiry.orTimeout(timeoutNanos, TimeUnit.NANOSECONDS);
        expired.whenComplete((never, over) -> expire());
        INNERMOST.set(this);
        boolean isOnLoop = LoopCarrier.ofCaller() != null;
        if (isOnLoop) {
            ON_LOOPS.add(this);
        }
        try {
            return steps.call();
        } catch (InterruptedException e) {
            if (end() && !isMeantByOthers()) {
                TimeoutException timedOut = new TimeoutException("not done within " + timeout);
                timedOut.addSuppressed(e);
                throw timedOut;
            }
            throw e;
        } finally {
            end();
            INNERMOST.set(outer);
            if (isOnLoop) {
                ON_LOOPS.remove(this);
            }
            expiry.cancel(false);
        }
    }

    /** For whoever sees that a thread holds up its loop. */
    static void expireOverdueOf(Thread thread) {
        long now = System.nanoTime();
        for (Deadline deadline : ON_LOOPS) {
            if (deadline.thread.equals(thread) && now - deadline.beginNanos >= deadline.timeoutNanos) {
                deadline.expire();
            }
        }
    }

    private synchronized void expire() {
        if (!isOver && !hasInterrupted) {
            hasInterrupted = true;
            thread.interrupt();
        }
    }

    /** Whether the time was over first; takes back an interrupt that met nobody, if nobody else can have meant it. */
    private synchronized boolean end() {
        if (!isOver) {
            isOver = true;
            if (hasInterrupted && Thread.interrupted() && isMeantByOthers()) {
                thread.interrupt();
            }
        }
        return hasInterrupted;
    }

    private boolean isMeantByOthers() {
        for (Deadline other = outer; other != null; other = other.outer) {
            if (other.hasExpired()) {
                return true;
            }
        }
        return Task.isCallerCancelled();
    }

    private synchronized boolean hasExpired() {
        return hasInterrupted;
    }
}
