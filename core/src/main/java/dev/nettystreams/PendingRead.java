package dev.nettystreams;

import java.util.concurrent.CompletableFuture;

/**
 * A read that waits: the future that its caller holds, and the request that will satisfy it.
 *
 * <p>Completion and cancellation race for the future's own state, so there is one winner. Whoever completes it otherwise
 * (cancels it, lets it time out, completes it by hand) has taken no bytes: the loser puts them back.
 */
final class PendingRead<T> extends CompletableFuture<T> {
    final ReadRequest<T> request;

    PendingRead(ReadRequest<T> request) {
        this.request = request;
    }

    /** What depends on a read is an ordinary future. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
