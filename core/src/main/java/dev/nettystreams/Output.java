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
 * What is written, on its way to the transport, in one order for all who write; and who waits for it.
 *
 * <pre>
 *   the loop's own thread ---------------------------------------------------------+
 *   a thread on the loop --a Carrier, until it has parked --deliver--------------+-> transport.write --flushSoon: the
 *   turn's end, any other thread ------CrossThreadWrites, until a task --collectInto-----------+                     or
 *   a task
 * </pre>
 *
 * A write of one kind that finds another's still under way goes behind them or sends them ahead. Once the output has failed, nothing more
 * reaches the transport.
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
    private final CrossThreadWrites crossThreadWrites = new CrossThreadWrites();
    private final Runnable collecting;
    private final Runnable flushing;

    /** True between the first arrival of a burst and its end, which flushes. */
    private boolean isInBurst;

    /** Written by threads on the loop, and not the transport's yet. */
    private int undeliveredByteCount;

    /**
     * How many bytes other threads may take the transport to hold: as many as it held when theirs were last passed on, or too many. What the loop's
     * own program has written since is its own to wait for.
     */
    private volatile long presumedByteCount;

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
     * Where a write goes that must not go to the transport yet, but behind what a thread on the loop has written: one of such a thread, and one of
     * the loop's own while those are being passed on. What other threads have written before goes first.
     */
    private @Nullable Carrier carrierToWriteBy() {
        Carrier behind = access.carrierToGoBehind();
        if (behind != null && !crossThreadWrites.isEmpty()) {
            takeAlong(behind);
        }
        return behind;
    }

    /**
     * Puts what other threads have written before the caller's own. It is taken out now: what they write behind the
     * caller's write is to stay behind it. The task that they have asked for {@linkplain #presume presumes} anew.
     */
    private void takeAlong(Carrier carrier) {
        presumedByteCount = Long.MAX_VALUE;
        Iterable<ByteBuffer> earlier = crossThreadWrites.collect();
        int byteCount = 0;
        for (ByteBuffer each : earlier) {
            byteCount += each.remaining();
            carrier.defer(() -> deliverOwned(each));
        }
        undeliveredByteCount += byteCount;
    }

    /** What a thread on the loop has written before it parked. */
    @Override
    public void deliver(byte[] source, int byteCount) {
        undeliveredByteCount -= byteCount;
        if (tryPassOn(() -> transport.write(source, 0, byteCount))) {
            flushSoon();
        }
    }

    /** The same, for bytes that nobody else has. */
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

    private void afterAppend(CrossThreadWrites.Taken taken, String method) {
        switch (taken) {
            case IN -> {}
            case IN_AS_THE_FIRST -> {
                if (!access.submit(collecting)) {
                    crossThreadWrites.discard();
                }
            }
            case NOT -> lifecycle.refuseWrite(method); // or the output was lost, which whoever waits for it is told
            case NOT_NOW -> throw Lifecycle.duringStartTls(method);
        }
    }

    /** Passes on what other threads have written before; returns false if the output has failed. */
    private boolean catchUp() {
        if (!crossThreadWrites.isEmpty() && tryCollect()) {
            flushSoon();
        }
        return gate.failure() == null;
    }

    /** By a task that another thread has asked for: the turn is over with it, for all that was written there. */
    private void collectAndFlush() {
        if (tryCollect()) {
            hasUnflushed = true;
            if (!flushScheduled) {
                runScheduledFlush();
            }
        }
    }

    private boolean tryCollect() {
        presumedByteCount = Long.MAX_VALUE;
        boolean isOpen = tryPassOn(() -> crossThreadWrites.collectInto(transport));
        presume();
        return isOpen;
    }

    // ---- flushing

    /** Whoever wrote need not know when to flush: the end of the burst does it, or a task that follows this one. */
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

    /** Bytes arrive, perhaps several times, and {@link #burstEnded} will follow. */
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
        if (!isHere && hasPresumedRoom()) {
            return Done.DONE;
        }
        boolean isNow = isHere && access.turns.takeStep();
        if (isNow && (here == null ? catchUpAndHasRoom() : hasRoomUndelivered())) {
            return Done.DONE;
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

    /** For a thread on the loop, which must not pass anything on. */
    private boolean hasRoomUndelivered() {
        return crossThreadWrites.isEmpty()
                && !lifecycle.refusesWrites() // an abort may be on its way, behind what the thread has written
                && gate.failure() == null
                && gate.hasRoom()
                && transport.pendingByteCount() + undeliveredByteCount <= highMarkBytes;
    }

    /** Any thread: whether nobody need wait, as far as that can be told without asking the loop. */
    private boolean hasPresumedRoom() {
        long uncollected =
                crossThreadWrites.byteCount(); // first: what is collected in between counts twice, and not never
        long presumed = presumedByteCount;
        return presumed <= highMarkBytes
                && uncollected + presumed <= highMarkBytes
                && !lifecycle.refusesWrites()
                && !access.loop.isEnding();
    }

    private void presume() {
        presumedByteCount = gate.failure() == null && gate.hasRoom() ? transport.pendingByteCount() : Long.MAX_VALUE;
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

    /** The transport takes more again. Lets go who waited for it. */
    void writable() {
        if (transport.isWritable()) {
            presume();
            gate.reachedLowMark().forEach(Waiters::complete);
        }
    }

    /** Everything up to the ticket is with the operating system. */
    void flushed(long ticket) {
        gate.flushedThrough(ticket).forEach(Waiters::complete);
    }

    // ---- the end

    /** What has failed it, null while it has not. */
    @Nullable
    Failure failure() {
        return gate.failure();
    }

    /** Passes on what there is; what other threads write from now on is refused. */
    void seal() {
        crossThreadWrites.seal();
        catchUp();
    }

    /** Writes the very last plaintext; what other threads write is refused until {@link #resume}. Completes when all is sent. */
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
     * Nothing is written any more. The caller completes who waited, when its own state is settled.
     *
     * @param reason what later calls fail with; the first one given stays
     */
    List<CompletableFuture<Void>> ended(Failure reason) {
        presumedByteCount = Long.MAX_VALUE;
        crossThreadWrites.discard();
        return gate.ended(reason);
    }

    /** For the tests of this package. */
    int uncollectedByteCount() {
        return crossThreadWrites.byteCount();
    }
}
