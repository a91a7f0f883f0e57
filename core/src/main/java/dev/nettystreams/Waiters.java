package dev.nettystreams;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Futures without a result that wait for one event. Cancelled and timed-out ones are pruned as the list grows.
 *
 * <p>Confined to the connection's loop. Completing the futures may run user code, so the caller settles its own state
 * first.
 */
final class Waiters {
    private static final int FIRST_LOOK = 16;

    private List<CompletableFuture<Void>> waiting = List.of();
    private int nextLook = FIRST_LOOK;

    void add(CompletableFuture<Void> waiter) {
        if (waiter.isDone()) {
            return;
        }
        if (waiting.isEmpty()) {
            waiting = new ArrayList<>(1);
        } else if (waiting.size() >= nextLook) {
            waiting.removeIf(CompletableFuture::isDone);
            nextLook = Math.max(FIRST_LOOK, 2 * waiting.size());
        }
        waiting.add(waiter);
    }

    /** Removes and returns all futures; the caller must complete them. */
    List<CompletableFuture<Void>> release() {
        List<CompletableFuture<Void>> released = waiting;
        waiting = List.of();
        nextLook = FIRST_LOOK;
        return released;
    }

    @SuppressWarnings("NullAway") // Void has no other value
    static void complete(CompletableFuture<Void> waiter) {
        waiter.complete(null);
    }

    /** Gives each future an exception of its own. Does nothing without a reason. */
    static void fail(List<CompletableFuture<Void>> waiters, @Nullable Failure reason) {
        if (reason != null) {
            waiters.forEach(waiter -> waiter.completeExceptionally(reason.newException()));
        }
    }

    /** @param reason why the event failed, or null if it did not */
    static void finish(List<CompletableFuture<Void>> waiters, @Nullable Failure reason) {
        if (reason == null) {
            waiters.forEach(Waiters::complete);
        } else {
            fail(waiters, reason);
        }
    }
}
