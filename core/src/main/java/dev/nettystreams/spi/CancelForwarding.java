package dev.nettystreams.spi;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sends the cancellation of a composed operation to its stage under way: for a future that stands for several stages,
 * one begun after the other, such as a handshake and then a handler. The stages of {@code thenCompose} do not do that:
 * cancelling the last one leaves the first one running.
 *
 * <p>A request may come between two stages. {@link #to} writes the stage and then reads the request, {@link #cancel}
 * writes the request and then reads the stage: one of the two sees the other, so that the stage is cancelled.
 *
 * <p>Any thread may cancel; stages are begun one at a time.
 */
public final class CancelForwarding {
    private volatile @Nullable CompletableFuture<?> underWay;
    private volatile boolean isRequested;

    /** Makes a forwarding with no stage under way. */
    public CancelForwarding() {}

    /**
     * Names the stage under way. If the operation has been cancelled, the stage is cancelled at once.
     *
     * @param <S> the type of the stage
     * @param stage the stage that has begun
     * @return {@code stage}
     */
    public <S extends CompletionStage<?>> S to(S stage) {
        CompletableFuture<?> future = stage.toCompletableFuture();
        underWay = future;
        if (isRequested) {
            future.cancel(true);
        }
        return stage;
    }

    /**
     * Cancels the stage under way, and every later one when it begins.
     *
     * @param mayInterruptIfRunning passed on to the stage under way
     * @return whether the stage under way was cancelled; false if there is none yet
     */
    public boolean cancel(boolean mayInterruptIfRunning) {
        isRequested = true;
        CompletableFuture<?> stage = underWay;
        return stage != null && stage.cancel(mayInterruptIfRunning);
    }
}
