package dev.nettystreams;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for something without a result. Who gives up, by a cancellation or a timeout, is forgotten before there are too many of them.
 *
 * <p>Confined to the connection's loop. User code may run inside of what tells them: the caller's own state is settled before.
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

    /** All of them, who are then the caller's. */
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

    /** Each gets an exception of its own. Without a reason nobody is told anything. */
    static void fail(List<CompletableFuture<Void>> waiters, @Nullable Failure reason) {
        if (reason != null) {
            waiters.forEach(waiter -> waiter.completeExceptionally(reason.newException()));
        }
    }

    /** @param reason why it did not end well, null if it did */
    static void finish(List<CompletableFuture<Void>> waiters, @Nullable Failure reason) {
        if (reason == null) {
            waiters.forEach(Waiters::complete);
        } else {
            fail(waiters, reason);
        }
    }
}
