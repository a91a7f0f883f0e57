package dev.nettystreams;

import dev.nettystreams.carrier.Carrier;
import dev.nettystreams.carrier.Outgoing;
import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.Transport;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Written bytes on their way to the transport, in one order for all who write; and the callers that wait for them.
 *
 * <pre>
 *   the loop's own thread ------------------------------------+
 *   a carried thread --Carrier, until it has parked--deliver--+--> transport.write --> flush: at the turn's end,
 *   another thread --CrossThreadWrites, until a task collects-+                        or in a task
 *
 *   drain, called ...  | completes at once if                          | else
 *   -------------------+-----------------------------------------------+----------------------------------------------
 *   by the loop        | the transport has room, earlier writes of     | waits for the low mark (WriteGate)
 *                      | other threads passed on                       |
 *   by a carried thread| the same, with the bytes it has not delivered | asks when it has parked
 *   elsewhere          | the credit is not used up (CrossThreadWrites) | asks in a task
 *   on the loop, with the turn's steps used up                         | asks in the next turn
 * </pre>
 *
 * A write of one kind that finds another's still under way goes behind it or sends it ahead. Once the output has
 * failed, nothing more reaches the transport.
 *
 * <p>Confined to the connection's loop, save the methods marked "any thread".
 */
final class Output implements Outgoing {
    private final Transport transport;
    private final LoopAccess access;
    private final Lifecycle lifecycle;
    private final int highMarkBytes;
    private final Consumer<Failure> abort;
    private final WriteGate gate;
    private final CrossThreadWrites crossThreadWrites;
    private final Runnable collecting;
    private final Runnable flushing;

    /** True between the first arrival of a burst and its end, which flushes. */
    private boolean isInBurst;

    /** Written by carried threads that have not parked yet. */
    private int undeliveredByteCount;

    private boolean hasUnflushed;
    private boolean flushScheduled;

    /** @param abort ends the connection, on its loop, since bytes were lost */
    Output(Transport transport, LoopAccess access, Lifecycle lifecycle, StreamLimits limits, Consumer<Failure> abort) {
        this.transport = transport;
        this.access = access;
        this.lifecycle = lifecycle;
        this.highMarkBytes = limits.writeHighMarkBytes();
        this.abort = abort;
        this.gate = new WriteGate(transport);
        this.crossThreadWrites = new CrossThreadWrites(highMarkBytes);
        this.collecting = access.reusable(this::collectAndFlush);
        this.flushing = access.reusable(this::runScheduledFlush);
    }

    // ---- writes

    /** Any thread. */
    void write(byte[] source, int offset, int byteCount) {
        lifecycle.refuseWrite("write");
        Carrier behind = carrierToWriteBy();
        if (behind != null) {
            undeliveredByteCount += byteCount;
            behind.write(this, source, offset, byteCount);
        } else if (!access.loop.isCurrent()) {
            afterAppend(crossThreadWrites.append(source, offset, byteCount), "write");
        } else if (catchUp()) {
            transport.write(source, offset, byteCount);
            flushSoon();
        }
    }

    /** Any thread. */
    void writeOwned(ByteBuffer source) {
        lifecycle.refuseWrite("writeOwned");
        Carrier behind = carrierToWriteBy();
        if (behind != null) {
            undeliveredByteCount += source.remaining();
            behind.defer(() -> deliverOwned(source));
        } else if (!access.loop.isCurrent()) {
            afterAppend(crossThreadWrites.append(source), "writeOwned");
        } else if (catchUp()) {
            transport.writeOwned(source);
            flushSoon();
        }
    }

    /** On the loop's own thread, which both ends of a relay share. */
    void write(Chunk chunk) {
        assert access.loop.isCurrent();
        if (access.carrierToGoBehind() != null) {
            byte[] copy = new byte[chunk.remaining()];
            chunk.take(copy, 0, copy.length);
            writeOwned(ByteBuffer.wrap(copy));
        } else if (catchUp()) {
            transport.write(chunk);
            flushSoon();
        } else {
            chunk.skip(chunk.remaining());
        }
    }

    /**
     * The carrier that a write must go behind, null if it may go to the transport: a carried thread's own, and on the
     * loop's own thread the one whose calls are being made just now. Earlier writes of other threads go first.
     */
    private @Nullable Carrier carrierToWriteBy() {
        Carrier behind = access.carrierToGoBehind();
        if (behind != null && !crossThreadWrites.isEmpty()) {
            takeAlong(behind);
        }
        return behind;
    }

    /**
     * Puts the writes of other threads before the caller's own. They are taken out now, so that a later write of theirs
     * stays behind the caller's. The task that they have asked for {@linkplain #grantCredit grants} new credit.
     */
    private void takeAlong(Carrier carrier) {
        Iterable<ByteBuffer> earlier = crossThreadWrites.collect();
        int byteCount = 0;
        for (ByteBuffer each : earlier) {
            byteCount += each.remaining();
            carrier.defer(() -> deliverOwned(each));
        }
        undeliveredByteCount += byteCount;
    }

    /** Bytes that a carried thread wrote before it parked. */
    @Override
    public void deliver(byte[] source, int byteCount) {
        undeliveredByteCount -= byteCount;
        if (tryPassOn(() -> transport.write(source, 0, byteCount))) {
            flushSoon();
        }
    }

    /** The same, for a buffer that has no other owner. */
    @Override
    public void deliverOwned(ByteBuffer source) {
        undeliveredByteCount -= source.remaining();
        if (tryPassOn(() -> transport.writeOwned(source))) {
            flushSoon();
        }
    }

    /**
     * Writes to the transport, and returns whether that went well. Once something could not be written, nothing behind
     * it must be either, and the connection is aborted.
     */
    private boolean tryPassOn(Runnable writes) {
        if (gate.failure() != null) {
            return false;
        }
        try {
            writes.run();
            return true;
        } catch (RuntimeException | Error e) {
            abort.accept(new Failure.Broken("a write could not be passed on: " + e, e));
            return false;
        }
    }

    private void afterAppend(CrossThreadWrites.AppendResult result, String method) {
        switch (result) {
            case QUEUED -> {}
            case QUEUED_FIRST -> {
                if (!access.submit(collecting)) {
                    crossThreadWrites.discard();
                }
            }
            case CLOSED -> lifecycle.refuseWrite(method); // or the output was lost, of which drain and flush tell
            case SUSPENDED -> throw Lifecycle.duringStartTls(method);
        }
    }

    /** Passes on what other threads have written before; returns false if the output has failed. */
    private boolean catchUp() {
        if (!crossThreadWrites.isEmpty() && tryCollect()) {
            flushSoon();
        }
        return gate.failure() == null;
    }

    /** In a task that another thread has asked for. All it wrote is here, so the turn ends with a flush. */
    private void collectAndFlush() {
        if (tryCollect()) {
            hasUnflushed = true;
            if (!flushScheduled) {
                runScheduledFlush();
            }
        }
    }

    private boolean tryCollect() {
        boolean isOpen = tryPassOn(() -> crossThreadWrites.collectInto(transport));
        grantCredit();
        return isOpen;
    }

    // ---- flushing

    /** Flushes at the end of the burst, or in a task that follows this one. */
    private void flushSoon() {
        hasUnflushed = true;
        if (!isInBurst && !flushScheduled) {
            flushScheduled = access.submit(flushing);
        }
    }

    private void runScheduledFlush() {
        flushScheduled = false;
        flushNow();
    }

    private void flushNow() {
        if (hasUnflushed) {
            hasUnflushed = false;
            transport.flush();
        }
    }

    /** Bytes arrive, perhaps several times; {@link #burstEnded} follows. */
    void burstBegan() {
        isInBurst = true;
    }

    void burstEnded() {
        isInBurst = false;
        flushNow();
    }

    // ---- waiting

    /** Any thread. */
    CompletableFuture<Void> drain() {
        Carrier here = access.carrierToGoBehind();
        boolean isHere = here != null || access.loop.isCurrent();
        if (!isHere && hasCredit()) {
            return CompletedFuture.done();
        }
        boolean isNow = isHere && access.turns.takeStep();
        if (isNow && (here == null ? catchUpAndHasRoom() : hasRoomUndelivered())) {
            return CompletedFuture.done();
        }
        CompletableFuture<Void> drained = new StreamFuture<>();
        if (!isHere) {
            access.submit(() -> drainOnLoop(drained), drained);
        } else if (!isNow) {
            access.submitYielding(() -> drainOnLoop(drained), drained);
        } else {
            access.run(() -> drainOnLoop(drained));
        }
        return drained;
    }

    private boolean catchUpAndHasRoom() {
        return catchUp() && gate.hasRoom();
    }

    /** For a carried thread, which must not call the transport. */
    private boolean hasRoomUndelivered() {
        return crossThreadWrites.isEmpty()
                && !lifecycle.refusesWrites() // an abort may be on its way, behind what the thread has written
                && gate.failure() == null
                && gate.hasRoom()
                && transport.pendingByteCount() + undeliveredByteCount <= highMarkBytes;
    }

    /** Whether a writer on another thread need not wait, as far as it can tell without asking the loop. Any thread. */
    private boolean hasCredit() {
        return crossThreadWrites.credit() >= 0 && !lifecycle.refusesWrites() && !access.loop.isEnding();
    }

    /** Other threads may fill the transport to its high mark. */
    private void grantCredit() {
        boolean hasRoom = gate.failure() == null && gate.hasRoom();
        crossThreadWrites.grant(hasRoom ? highMarkBytes - transport.pendingByteCount() : CrossThreadWrites.NONE);
    }

    private void drainOnLoop(CompletableFuture<Void> drained) {
        if (catchUpAndHasRoom()) {
            Waiters.complete(drained);
        } else if (gate.failure() != null) {
            Waiters.fail(List.of(drained), gate.failure());
        } else {
            gate.awaitLowMark(drained);
            hasUnflushed = true;
            flushNow();
        }
    }

    /** Any thread. */
    CompletableFuture<Void> flush() {
        CompletableFuture<Void> flushed = new StreamFuture<>();
        if (access.loop.isCurrent()) {
            access.run(() -> flushOnLoop(flushed));
        } else {
            access.submit(() -> flushOnLoop(flushed), flushed);
        }
        return flushed;
    }

    private void flushOnLoop(CompletableFuture<Void> flushed) {
        if (catchUp()) {
            hasUnflushed = false;
            gate.awaitFlushed(flushed);
        } else {
            Waiters.fail(List.of(flushed), gate.failure());
        }
    }

    /** The transport has room again: completes the drains that waited for it. */
    void writable() {
        if (transport.isWritable()) {
            grantCredit();
            gate.reachedLowMark().forEach(Waiters::complete);
        }
    }

    /** The operating system has everything up to the ticket. */
    void flushed(long ticket) {
        gate.flushedThrough(ticket).forEach(Waiters::complete);
    }

    // ---- the end

    /** Why it has failed, null if it has not. */
    @Nullable
    Failure failure() {
        return gate.failure();
    }

    /** Passes on the writes of other threads, and refuses later ones. */
    void seal() {
        crossThreadWrites.seal();
        catchUp();
    }

    /** Writes the last plaintext, and refuses other threads until {@link #resume}. Completes when all is sent. */
    CompletableFuture<Void> suspendBehind(byte[] lastPlaintext) {
        crossThreadWrites.suspend();
        if (catchUp()) {
            transport.write(lastPlaintext, 0, lastPlaintext.length);
        }
        return flush();
    }

    void resume() {
        crossThreadWrites.resume();
    }

    /**
     * Nothing is written any more. Returns the futures that wait, which the caller fails when its own state is settled.
     *
     * @param reason why later calls fail; the first one given stays
     */
    List<CompletableFuture<Void>> ended(Failure reason) {
        crossThreadWrites.discard();
        return gate.ended(reason);
    }

    /** For the tests of this package. */
    int uncollectedByteCount() {
        return crossThreadWrites.byteCount();
    }
}
