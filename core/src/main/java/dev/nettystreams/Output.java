package dev.nettystreams;

import dev.nettystreams.carrier.Carrier;
import dev.nettystreams.carrier.Outgoing;
import dev.nettystreams.spi.Block;
import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.Transport;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Written bytes on their way to the transport, in one order for all writing threads, and the calls that wait for them.
 *
 * <pre>
 *   the loop's own thread ------------------------------------+
 *   a carried thread --Carrier, until it has parked--deliver--+--> transport.write --> flush: at the turn's end,
 *   another thread --CrossThreadWrites, until a task collects-+                        or in a task
 *
 *   drain, called by    | completes at once if                           | otherwise
 *   --------------------+------------------------------------------------+----------------------------------------
 *   the loop's thread   | the transport has room, after the writes of    | waits for the low mark (WriteGate)
 *                       | other threads were passed on                   |
 *   a carried thread    | the transport has room, with the bytes that    | asks the transport after it has parked
 *                       | carried threads have not delivered yet         |
 *   another thread      | the credit is not negative (CrossThreadWrites) | asks the transport in a task
 *   either of the first | never                                          | asks the transport in a later turn
 *     two, without steps|                                                |
 *     left (Turns)      |                                                |
 * </pre>
 *
 * A write never overtakes an earlier write of another kind of thread: it passes the earlier bytes on first, or is
 * appended behind them. Once the output has failed, no further byte reaches the transport.
 *
 * <p>Confined to the connection's loop, except for the methods marked "any thread".
 */
final class Output implements Outgoing {
    private final Transport transport;
    private final LoopAccess access;
    private final Lifecycle lifecycle;
    private int highMarkBytes; // written on the loop
    private final Consumer<Failure> abort;
    private final WriteGate gate;
    private final CrossThreadWrites crossThreadWrites;
    private final Runnable collecting;
    private final Runnable flushing;

    /** True from the first arrival of a burst to its end, which flushes. */
    private boolean isInBurst;

    /** The number of bytes that carried threads have written, and that wait until those threads have parked. */
    private int undeliveredByteCount;

    private @Nullable FileWrite file; // the one under way

    private boolean hasUnflushed;
    private boolean flushScheduled;

    /** @param abort ends the connection because bytes were lost; called on the loop */
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

    /** Changes the marks; see {@link StreamConnection#setLimits}. */
    void setMarks(int highBytes, int lowBytes) {
        highMarkBytes = highBytes;
        transport.setWriteMarks(highBytes, lowBytes);
        grantCredit();
        if (transport.isWritable()) {
            gate.reachedLowMark().forEach(Waiters::complete); // the low mark has been raised above what is buffered
        }
    }

    // ---- writes

    /** Any thread. */
    void write(byte[] source, int offset, int byteCount) {
        lifecycle.refuseWrite("write");
        Carrier behind = carrierToWriteBy();
        if (behind != null) {
            behind.write(this, source, offset, byteCount);
            undeliveredByteCount += byteCount;
        } else if (!access.loop.isCurrent()) {
            if (byteCount > CrossThreadWrites.MOST_ROOM_BYTES) {
                append(copyOf(source, offset, byteCount), "write");
            } else {
                afterAppend(crossThreadWrites.append(source, offset, byteCount), "write");
            }
        } else if (catchUp()) {
            transport.write(source, offset, byteCount);
            flushSoon();
        }
    }

    /** Any thread. */
    void writeOwned(ByteBuffer source) {
        lifecycle.refuseWrite("writeOwned");
        write(Block.of(source), "writeOwned");
    }

    /** Writes a block, and takes it over, also if it is refused. Any thread. */
    void write(Block source, String method) {
        boolean isPassedOn = false;
        try {
            lifecycle.refuseWrite(method);
            Carrier behind = carrierToWriteBy();
            if (behind != null) {
                undeliveredByteCount += source.byteCount();
                behind.defer(() -> deliver(source));
                isPassedOn = true;
            } else if (!access.loop.isCurrent()) {
                isPassedOn = true;
                append(source, method);
            } else if (catchUp()) {
                isPassedOn = true;
                transport.write(source);
                flushSoon();
            }
        } finally {
            if (!isPassedOn) {
                source.release();
            }
        }
    }

    private void append(Block source, String method) {
        CrossThreadWrites.AppendResult result = crossThreadWrites.append(source);
        if (!result.isAccepted()) {
            source.release();
        }
        afterAppend(result, method);
    }

    /** Any thread. */
    @Override
    public Block copyOf(byte[] source, int offset, int byteCount) {
        return transport.copyOf(ByteBuffer.wrap(source, offset, byteCount));
    }

    /** Copies bytes into memory that the transport can send, and writes them. Any thread. */
    void write(ByteBuffer source) {
        lifecycle.refuseWrite("write");
        write(transport.copyOf(source), "write");
    }

    /** Writes a chunk in the transport's own memory. Called on the loop's own thread. */
    void write(Chunk chunk) {
        assert access.loop.isCurrent();
        if (access.carrierToGoBehind() != null) {
            write(chunk.takeBlock(chunk.remaining()), "write");
        } else if (catchUp()) {
            transport.write(chunk);
            flushSoon();
        } else {
            chunk.skip(chunk.remaining());
        }
    }

    /**
     * Returns the carrier to write by, or null if the caller may write to the transport; see
     * {@link LoopAccess#carrierToGoBehind}. If there is one, first defers the writes of other threads.
     */
    private @Nullable Carrier carrierToWriteBy() {
        Carrier behind = access.carrierToGoBehind();
        if (behind != null && !crossThreadWrites.isEmpty()) {
            takeAlong(behind);
        }
        return behind;
    }

    /**
     * Defers the writes of other threads, so that they precede the caller's write. Collects them now, so that later
     * writes of those threads follow it. The task that was submitted for them will {@linkplain #grantCredit grant} new
     * credit.
     */
    private void takeAlong(Carrier carrier) {
        Iterable<Block> earlier = crossThreadWrites.collect();
        int byteCount = 0;
        for (Block each : earlier) {
            byteCount += each.byteCount();
            carrier.defer(() -> deliver(each));
        }
        undeliveredByteCount += byteCount;
    }

    /** Passes on bytes that a carried thread wrote before it parked. */
    @Override
    public void deliver(byte[] source, int byteCount) {
        undeliveredByteCount -= byteCount;
        if (tryPassOn(() -> transport.write(source, 0, byteCount))) {
            flushSoon();
        }
    }

    /** Does the same with a block. */
    @Override
    public void deliver(Block source) {
        undeliveredByteCount -= source.byteCount();
        if (gate.failure() != null) {
            source.release();
        } else if (tryPassOn(() -> transport.write(source))) {
            flushSoon();
        }
    }

    /**
     * Writes to the transport; returns false if the output has failed. If a write throws, aborts the connection: no
     * later byte may be sent after the lost ones.
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
            case CLOSED -> lifecycle.refuseWrite(method); // does not throw if the output was lost: drain and flush fail
            case SUSPENDED -> throw lifecycle.metOtherCall(method);
        }
    }

    /** Passes on the writes of other threads; returns false if the output has failed. */
    private boolean catchUp() {
        if (!crossThreadWrites.isEmpty() && tryCollect()) {
            flushSoon();
        }
        return gate.failure() == null;
    }

    /** The task that another thread submits with its first write. Flushes at once: its turn has no other work. */
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

    /** Flushes at the end of the burst or, outside of one, in a later task. */
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

    /** Called at each arrival of a burst; {@link #burstEnded} follows the last one. */
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
            return done();
        }
        boolean isNow = isHere && access.turns.takeStep();
        if (isNow && (here == null ? catchUpAndHasRoom() : hasRoomUndelivered())) {
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

    private boolean catchUpAndHasRoom() {
        return catchUp() && gate.hasRoom();
    }

    /** Called on a carried thread, which may ask the transport for its state but not write to it. */
    private boolean hasRoomUndelivered() {
        return crossThreadWrites.isEmpty()
                && !lifecycle.refusesWrites() // an abort may be deferred, behind the bytes
                && gate.failure() == null
                && gate.hasRoom()
                && transport.pendingByteCount() + undeliveredByteCount <= highMarkBytes;
    }

    /** Returns whether a writer on another thread need not wait; false if only the loop can tell. Any thread. */
    private boolean hasCredit() {
        return crossThreadWrites.credit() >= 0 && !lifecycle.refusesWrites() && !access.loop.isEnding();
    }

    /** Lets other threads append as many bytes as fit below the transport's high mark. */
    private void grantCredit() {
        boolean hasRoom = gate.failure() == null && gate.hasRoom();
        crossThreadWrites.grant(hasRoom ? highMarkBytes - transport.pendingByteCount() : CrossThreadWrites.NONE);
    }

    /** Flushes before it lets anybody wait: mostly the system takes everything, and there is nothing to wait for. */
    private void drainOnLoop(CompletableFuture<Void> drained) {
        boolean hasRoom = catchUpAndHasRoom();
        if (!hasRoom && gate.failure() == null) {
            hasUnflushed = true;
            flushNow();
            hasRoom = gate.hasRoom();
        }
        if (gate.failure() != null) {
            Waiters.fail(List.of(drained), gate.failure());
        } else if (hasRoom) {
            Waiters.complete(drained);
        } else {
            gate.awaitLowMark(drained);
        }
    }

    /** Any thread. */
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
        if (file != null) {
            file.runBehind(() -> flushOnLoop(flushed));
            return;
        }
        if (catchUp()) {
            hasUnflushed = false;
            gate.awaitFlushed(flushed);
        } else {
            Waiters.fail(List.of(flushed), gate.failure());
        }
    }

    /** Called when the transport has room again: completes the waiting drains. */
    void writable() {
        if (transport.isWritable()) {
            grantCredit();
            gate.reachedLowMark().forEach(Waiters::complete);
        }
    }

    /** Called when the operating system has taken all bytes up to the ticket. */
    void flushed(long ticket) {
        gate.flushedThrough(ticket).forEach(Waiters::complete);
    }

    // ---- a file

    /** Passes on the writes of other threads, and refuses their later ones until {@link #resume}. */
    void beginFile(FileWrite begun) {
        FileWrite calledOff = file;
        if (calledOff != null) {
            calledOff.end(); // by another thread, whose task is still under way
        }
        file = begun;
        crossThreadWrites.suspendUnless(begun::isClaimed);
        catchUp();
    }

    void endFile(FileWrite ended) {
        if (file == ended) {
            file = null;
        }
    }

    /** Runs an action now, or behind the file that is under way. */
    void behindFile(Runnable action) {
        if (file == null) {
            action.run();
        } else {
            file.runBehind(action);
        }
    }

    /** Returns false if the transport declines. If it throws, the connection is aborted, and its failure follows. */
    boolean tryWriteFile(FileChannel source, long position, int byteCount) {
        boolean[] isTaken = {true};
        tryPassOn(() -> isTaken[0] = transport.writeFile(source, position, byteCount));
        return isTaken[0];
    }

    void writeBlock(ByteBuffer block) {
        if (tryPassOn(() -> transport.writeOwned(block))) {
            hasUnflushed = true;
            flushNow();
        }
    }

    /** Completes when the operating system has everything written so far. */
    void awaitSystem(CompletableFuture<Void> waiter) {
        if (gate.failure() == null) {
            hasUnflushed = false;
            gate.awaitFlushed(waiter);
        } else {
            Waiters.fail(List.of(waiter), gate.failure());
        }
    }

    /** Completes when the write buffer has room. */
    void awaitRoom(CompletableFuture<Void> waiter) {
        drainOnLoop(waiter);
    }

    // ---- the end

    /** Returns the reason why the output has failed, or null if it has not. */
    @Nullable
    Failure failure() {
        return gate.failure();
    }

    /** Passes on the writes of other threads, and refuses their later ones. */
    void seal() {
        crossThreadWrites.seal();
        catchUp();
    }

    /** Writes the last plaintext, and refuses writes until {@link #resume}. Completes when everything is sent. */
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
     * Ends the output. Returns the waiting futures, which the caller must complete once its own state is settled.
     *
     * @param reason the failure of later calls; the first reason is kept
     */
    List<CompletableFuture<Void>> ended(Failure reason) {
        crossThreadWrites.discard();
        return gate.ended(reason);
    }

    /** Returns whether the transport has every byte that any thread has written. */
    boolean hasPassedAllOn() {
        return crossThreadWrites.isEmpty() && undeliveredByteCount == 0;
    }

    /** Returns the number of bytes that the system has not taken. Any thread; off the loop, an estimate. */
    long pendingByteCount() {
        return crossThreadWrites.byteCount() + undeliveredByteCount + transport.pendingByteCount();
    }

    /** For the tests of this package. */
    int uncollectedByteCount() {
        return crossThreadWrites.byteCount();
    }
}
