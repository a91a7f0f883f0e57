package dev.nettystreams;

import dev.nettystreams.carrier.Carrier;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * The calls that wait for the output: {@code drain} for room, {@code flush} for the system.
 *
 * <pre>
 *   drain, called by    | completes at once if                           | otherwise
 *   --------------------+------------------------------------------------+----------------------------------------
 *   the loop's thread   | the transport has room, after the writes of    | flushes; if that makes no room, waits for
 *                       | other threads were passed on                   | the low mark (WriteGate)
 *   a carried thread    | the transport has room, with the bytes that    | asks the transport after it has parked
 *                       | carried threads have not delivered yet         |
 *   another thread      | the credit is not negative (CrossThreadWrites) | asks the transport in a task
 *   either of the first | never                                          | asks the transport in a later turn
 *     two, without steps|                                                |
 *     left (Turns)      |                                                |
 * </pre>
 *
 * <p>Any thread may call {@link #drain} and {@link #flush}; the rest is confined to the connection's loop.
 */
final class OutputWaits {
    private final TransportWriter writer;
    private final LoopAccess access;
    private final Lifecycle lifecycle;
    private final Executor behindFile;

    /** @param behindFile runs an action, on the loop, behind a file that is under way */
    OutputWaits(TransportWriter writer, LoopAccess access, Lifecycle lifecycle, Executor behindFile) {
        this.writer = writer;
        this.access = access;
        this.lifecycle = lifecycle;
        this.behindFile = behindFile;
    }

    // ---- drain

    CompletableFuture<Void> drain() {
        Carrier here = access.carrierToGoBehind();
        boolean isHere = here != null || access.loop.isCurrent();
        if (!isHere && hasCredit()) {
            return done();
        }
        boolean isNow = isHere && access.turns.takeStep();
        if (isNow && (here == null ? writer.catchUpAndHasRoom() : hasRoomUndelivered())) {
            return done();
        }
        CompletableFuture<Void> drained = access.newFuture();
        if (!isHere) {
            access.submit(() -> drainOnLoop(drained), drained);
        } else if (!isNow) {
            access.submitYielding(() -> drainOnLoop(drained), drained);
        } else {
            access.run(() -> drainOnLoop(drained));
        }
        return drained;
    }

    private CompletableFuture<Void> done() {
        return access.loop.hasOwnClock()
                ? access.completed(CompletedFuture.done().join())
                : CompletedFuture.done();
    }

    private boolean hasRoomUndelivered() {
        return !lifecycle.refusesWrites() && writer.hasRoomUndelivered(); // an abort may be deferred, behind the bytes
    }

    /** Returns whether a writer on another thread need not wait; false if only the loop can tell. Any thread. */
    private boolean hasCredit() {
        return writer.crossThreadWrites.credit() >= 0 && !lifecycle.refusesWrites() && !access.loop.isEnding();
    }

    /** Flushes before it lets anybody wait: mostly the system takes everything, and there is nothing to wait for. */
    void drainOnLoop(CompletableFuture<Void> drained) {
        boolean hasRoom = writer.catchUpAndHasRoom();
        if (!hasRoom && writer.failure() == null) {
            writer.flushing.now();
            hasRoom = writer.gate.hasRoom();
        }
        Failure failure = writer.failure();
        if (failure != null) {
            Waiters.fail(List.of(drained), failure);
        } else if (hasRoom) {
            Waiters.complete(drained);
        } else {
            writer.gate.awaitLowMark(drained);
        }
    }

    // ---- flush

    CompletableFuture<Void> flush() {
        CompletableFuture<Void> flushed = access.newFuture();
        if (access.loop.isCurrent()) {
            access.run(() -> flushOnLoop(flushed));
        } else {
            access.submit(() -> flushOnLoop(flushed), flushed);
        }
        return flushed;
    }

    private void flushOnLoop(CompletableFuture<Void> flushed) {
        behindFile.execute(() -> {
            writer.catchUp();
            awaitSystem(flushed);
        });
    }

    /** Completes when the operating system has everything that was passed on so far. */
    void awaitSystem(CompletableFuture<Void> waiter) {
        Failure failure = writer.failure();
        if (failure == null) {
            writer.flushing.byTransport();
            writer.gate.awaitFlushed(waiter);
        } else {
            Waiters.fail(List.of(waiter), failure);
        }
    }
}
