package dev.nettystreams.demos;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * A dialogue that ends in good order when its peer is silent: when a read that waits for the peer is not satisfied
 * within the timeout. A request that trickles in more slowly than that ends, too.
 */
final class IdleLimit implements Dialogue {
    private final byte[] silence = new byte[0]; // completes a read at its timeout; known by its identity
    private final Dialogue limited;
    private final Duration timeout;

    IdleLimit(Dialogue limited, Duration timeout) {
        this.limited = limited;
        this.timeout = timeout;
    }

    @Override
    public CompletableFuture<byte[]> read() {
        boolean isLimited = limited.isWaitingForPeer();
        CompletableFuture<byte[]> read = limited.read();
        return read.isDone() || !isLimited
                ? read
                : read.completeOnTimeout(silence, timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // an array has no other identity
    public Then accept(byte[] input) {
        if (input == silence) {
            return limited.idle(timeout);
        }
        return limited.accept(input);
    }

    @Override
    public boolean isWaitingForPeer() {
        return limited.isWaitingForPeer();
    }

    @Override
    public Duration drainTimeout() {
        Duration own = limited.drainTimeout();
        return own.compareTo(timeout) < 0 ? own : timeout;
    }

    @Override
    public CompletionStage<?> failed(Throwable failure) {
        return limited.failed(failure);
    }
}
