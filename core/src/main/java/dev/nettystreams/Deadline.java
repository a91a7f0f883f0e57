package dev.nettystreams;

import dev.nettystreams.carrier.Carrier;
import dev.nettystreams.carrier.Carriers;
import dev.nettystreams.carrier.InterruptScope;
import dev.nettystreams.carrier.InterruptScope.End;
import dev.nettystreams.carrier.Interrupts;
import dev.nettystreams.spi.Timeouts;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One timeout over several blocking steps of one thread: a timer that interrupts an {@link InterruptScope}. For a
 * single operation there is {@code orTimeout}, which interrupts no thread.
 *
 * <p>On an event loop the timer is armed when a step first parks, so a scope that never waits costs no timer. While the
 * steps hold the loop, its timers cannot fire; the watch over held-up loops then interrupts the scope.
 *
 * <p>Confined to the thread.
 */
final class Deadline {
    private final InterruptScope scope;
    private final @Nullable Carrier carrier = Carriers.ofCaller();
    private final Runnable start = this::startTimer;
    private final CompletableFuture<Void> timer = new StreamFuture<>();

    private Deadline(InterruptScope scope) {
        this.scope = scope;
    }

    static <T extends @Nullable Object> T run(Duration timeout, Callable<? extends T> steps) throws Exception {
        // Not negative: a difference with it could overflow.
        long timeoutNanos = Math.max(0, Timeouts.saturatedNanos(timeout));
        Deadline deadline = new Deadline(Interrupts.ofCallerOrNew().beginScope(timeoutNanos));
        deadline.begin();
        try {
            return steps.call();
        } catch (InterruptedException | CancellationException e) {
            End end = deadline.end();
            if (end == End.EXPIRED && isInterruption(e)) {
                TimeoutException timedOut = new TimeoutException("not done within " + Timeouts.toText(timeout));
                timedOut.addSuppressed(e);
                throw timedOut;
            }
            if (end == End.EXPIRED_AMONG_OTHERS && e instanceof InterruptedException) {
                var unused = Thread.interrupted(); // the exception stands for the others' interrupt; it comes once
            }
            throw e;
        } finally {
            deadline.end();
        }
    }

    private static boolean isInterruption(Exception e) {
        return e instanceof InterruptedException || e.getCause() instanceof InterruptedException;
    }

    private void begin() {
        if (carrier == null || carrier.isOrphaned()) {
            startTimer();
        } else {
            carrier.atNextPark(start); // until then the loop cannot fire timers
        }
    }

    private void startTimer() {
        timer.orTimeout(Math.max(0, scope.restNanos()), TimeUnit.NANOSECONDS)
                .whenComplete((never, over) -> scope.interrupt());
    }

    private End end() {
        End end = scope.close();
        if (carrier != null) {
            carrier.callOff(start);
        }
        timer.cancel(false);
        return end;
    }
}
