package dev.nettystreams;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The end of a thread's patience with several steps. The lock decides between the deadline and the last step: when the steps are over, the
 * interrupt has been sent and can be taken back, or never will be.
 */
final class Deadline {
    private static final ThreadLocal<@Nullable Deadline> INNERMOST = new ThreadLocal<>();

    private final Thread thread;
    private final @Nullable Deadline outer = INNERMOST.get();
    private boolean isOver; // guarded by this
    private boolean hasInterrupted; // guarded by this

    Deadline(Thread thread) {
        this.thread = thread;
    }

    <T extends @Nullable Object> T run(Duration timeout, Callable<? extends T> steps) throws Exception {
        CompletableFuture<Void> expiry = new StreamFuture<>();
        CompletionStage<Void> expired = expiry.orTimeout(StreamCore.saturatedNanos(timeout), TimeUnit.NANOSECONDS);
        expired.whenComplete((never, over) -> expire());
        INNERMOST.set(this);
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
            expiry.cancel(false);
        }
    }

    private synchronized void expire() {
        if (!isOver) {
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
