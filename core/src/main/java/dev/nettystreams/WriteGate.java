package dev.nettystreams;

import dev.nettystreams.spi.Transport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The waiters of the output: {@code drain} waits for the low mark, {@code flush} for everything written so far. Any
 * number may wait, each on a future of its own. Once the output has failed, every waiter fails, and so does every later
 * one; a clean end completes them.
 *
 * <p>Flush waiters complete in the order of their calls, so their queue matches the transport's tickets. A method that
 * ends waits returns the futures, and the caller completes them once its own state is settled.
 *
 * <p>Confined to the connection's loop.
 */
final class WriteGate {
    private static final int FIRST_LOOK = 16;

    private record FlushWaiter(long ticket, CompletableFuture<Void> future) {}

    private final Transport transport;
    private final ConnectionProbe probe;
    private @Nullable Failure failure;
    private final Waiters drainers = new Waiters();
    private @Nullable ArrayDeque<FlushWaiter> flushers; // null until the first flush waits
    private int nextLook = FIRST_LOOK; // the size at which cancelled waiters are pruned
    private long lastTicket;

    WriteGate(Transport transport, ConnectionProbe probe) {
        this.transport = transport;
        this.probe = probe;
    }

    @Nullable
    Failure failure() {
        return failure;
    }

    boolean hasRoom() {
        return transport.isWritable();
    }

    void awaitLowMark(CompletableFuture<Void> drainer) {
        if (!drainer.isDone()) {
            probe.drainWaits();
            drainers.add(drainer);
        }
    }

    void awaitFlushed(CompletableFuture<Void> flusher) {
        ArrayDeque<FlushWaiter> waiters = flushers;
        if (waiters == null) {
            waiters = new ArrayDeque<>(2);
            flushers = waiters;
        }
        if (waiters.size() >= nextLook) {
            waiters.removeIf(waiter -> waiter.future.isDone());
            nextLook = Math.max(FIRST_LOOK, 2 * waiters.size());
        }
        if (waiters.isEmpty()) {
            probe.flushWaits();
        }
        waiters.add(new FlushWaiter(++lastTicket, flusher));
        transport.notifyFlushed(lastTicket);
    }

    /** Removes and returns the drain waiters. */
    List<CompletableFuture<Void>> reachedLowMark() {
        probe.drainsDone("room");
        return drainers.release();
    }

    /** Removes and returns the flush waiters up to a ticket. */
    List<CompletableFuture<Void>> flushedThrough(long ticket) {
        ArrayDeque<FlushWaiter> waiters = flushers;
        if (waiters == null) {
            return List.of();
        }
        List<CompletableFuture<Void>> released = new ArrayList<>(1);
        while (!waiters.isEmpty() && waiters.element().ticket <= ticket) {
            released.add(waiters.remove().future);
        }
        if (waiters.isEmpty()) {
            probe.flushesDone("sent");
        }
        return released;
    }

    /**
     * Removes and returns all waiters, because the output has ended.
     *
     * @param reason the failure of later calls; the first reason is kept
     */
    List<CompletableFuture<Void>> ended(Failure reason) {
        if (failure == null) {
            failure = reason;
        }
        probe.drainsDone(reason.message());
        probe.flushesDone(reason.message());
        List<CompletableFuture<Void>> released = new ArrayList<>(drainers.release());
        released.addAll(flushedThrough(Long.MAX_VALUE));
        return released;
    }
}
