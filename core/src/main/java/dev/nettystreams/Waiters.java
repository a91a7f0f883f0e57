package dev.nettystreams;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Tells those who wait for something without a result. User code may run inside: the caller's own state is settled before. */
final class Waiters {
    private Waiters() {}

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
