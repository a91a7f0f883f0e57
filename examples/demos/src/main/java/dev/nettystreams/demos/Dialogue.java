package dev.nettystreams.demos;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The server side of a protocol, without the waiting: which read comes next, and how to handle its result.
 *
 * <p>{@link RunOn} does the waiting, with callbacks or with {@code await}, so that a protocol is written once. Each
 * connection has one object; its methods are never called at the same time.
 */
public interface Dialogue {
    /** What follows an input. */
    enum Then {
        /** Read on: nothing was written, or only a short answer. */
        READ_ON,
        /** Drain the output, then read on. */
        DRAIN,
        /** Send the written bytes and close. */
        END
    }

    /**
     * Starts the next read.
     *
     * @return completes with the input for {@link #accept}
     */
    CompletableFuture<byte[]> read();

    /**
     * Handles the result of a read; must not block.
     *
     * @param input the bytes, empty at the end of input
     * @return what follows
     */
    Then accept(byte[] input);

    /**
     * Returns whether the next {@link #read} waits for nothing but the peer, so that {@code --idle-timeout} applies.
     *
     * @return true, unless overridden: false for a handshake, a relay or a delivery
     */
    default boolean isWaitingForPeer() {
        return true;
    }

    /**
     * Called instead of {@link #accept} when the peer has been silent for {@code --idle-timeout}: writes the goodbye of
     * the protocol, if it has one.
     *
     * @param timeout the timeout
     * @return {@code END}, unless overridden: the connection is closed in good order
     */
    default Then idle(Duration timeout) {
        return Then.END;
    }

    /**
     * Returns the timeout for the drain that {@link Then#DRAIN} asks for.
     *
     * @return unlimited, unless overridden
     */
    default Duration drainTimeout() {
        return Duration.ofNanos(Long.MAX_VALUE);
    }

    /**
     * Called once, instead of every other method, when a read or a drain has failed.
     *
     * @param failure the failure, without the {@code CompletionException} of a derived stage
     * @return completes when the dialogue is over; fails if the failure must be reported
     */
    default CompletionStage<?> failed(Throwable failure) {
        return CompletableFuture.failedFuture(failure);
    }
}
