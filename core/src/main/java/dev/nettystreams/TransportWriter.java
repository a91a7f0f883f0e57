package dev.nettystreams;

import dev.nettystreams.spi.Block;
import dev.nettystreams.spi.Transport;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The last step of written bytes: collects the writes of other threads, and passes all bytes to the transport, in
 * order. Once the output has failed, no further byte reaches the transport.
 *
 * <pre>
 *   CrossThreadWrites --catchUp, or the task of the first append--+
 *   Output, on the loop's own thread -----------------------------+--> transport.write, Flushing
 *   deliveries of carried threads --------------------------------+
 * </pre>
 *
 * It also counts the bytes that have not reached the transport, and grants other threads their credit.
 *
 * <p>Confined to the connection's loop, except for the methods marked "any thread".
 */
final class TransportWriter {
    final Transport transport;
    final WriteGate gate;
    final Flushing flushing;
    final CrossThreadWrites crossThreadWrites;
    private final LoopAccess access;
    private final Consumer<Failure> abort;
    private final Runnable collecting;
    private int highMarkBytes; // written on the loop

    /** The number of bytes that carried threads have written, and that wait until those threads have parked. */
    private int undeliveredByteCount;

    /** @param abort ends the connection because bytes were lost; called on the loop */
    TransportWriter(Transport transport, LoopAccess access, int highMarkBytes, Consumer<Failure> abort) {
        this.transport = transport;
        this.access = access;
        this.highMarkBytes = highMarkBytes;
        this.abort = abort;
        this.gate = new WriteGate(transport, access.probe);
        this.flushing = new Flushing(transport, access);
        this.crossThreadWrites = new CrossThreadWrites(highMarkBytes);
        this.collecting = access.reusable(this::collectAndFlush);
    }

    /** Changes the marks; see {@link StreamConnection#setLimits}. */
    void setMarks(int highBytes, int lowBytes) {
        highMarkBytes = highBytes;
        transport.setWriteMarks(highBytes, lowBytes);
        grantCredit();
        writable(); // the raised low mark may lie above the buffered bytes
    }

    /** Called when the transport may have room again: completes the waiting drains. */
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

    // ---- passing on

    /** Passes on the writes of other threads; returns false if the output has failed. */
    boolean catchUp() {
        if (!crossThreadWrites.isEmpty() && tryCollect()) {
            flushing.soon();
        }
        return gate.failure() == null;
    }

    /** Passes on the writes of other threads; returns whether the caller need not wait for room. */
    boolean catchUpAndHasRoom() {
        return catchUp() && gate.hasRoom();
    }

    /**
     * Writes to the transport; returns false if the output has failed. If a write throws, aborts the connection: no
     * later byte may be sent after the lost ones.
     */
    boolean tryPassOn(Runnable writes) {
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

    private boolean tryCollect() {
        boolean isOpen = tryPassOn(() -> crossThreadWrites.collectInto(transport));
        grantCredit();
        return isOpen;
    }

    /** Lets other threads append as many bytes as fit below the transport's high mark. */
    private void grantCredit() {
        boolean hasRoom = gate.failure() == null && gate.hasRoom();
        crossThreadWrites.grant(hasRoom ? highMarkBytes - transport.pendingByteCount() : CrossThreadWrites.NONE);
    }

    /** Submits the task that collects the writes of other threads. Any thread. */
    void collectSoon() {
        if (!access.submit(collecting)) {
            crossThreadWrites.discard();
        }
    }

    /** Flushes at once: its turn has no other work. */
    private void collectAndFlush() {
        if (tryCollect()) {
            flushing.unlessScheduled();
        }
    }

    // ---- the writes of carried threads

    /** A carried thread has written bytes, which {@link #deliver} will pass on. */
    void deferred(int byteCount) {
        undeliveredByteCount += byteCount;
    }

    void deliver(byte[] source, int byteCount) {
        undeliveredByteCount -= byteCount;
        if (tryPassOn(() -> transport.write(source, 0, byteCount))) {
            flushing.soon();
        }
    }

    void deliver(Block source) {
        undeliveredByteCount -= source.byteCount();
        if (gate.failure() != null) {
            source.release();
        } else if (tryPassOn(() -> transport.write(source))) {
            flushing.soon();
        }
    }

    /** Called on a carried thread, which may ask the transport for its state but not write to it. */
    boolean hasRoomUndelivered() {
        return crossThreadWrites.isEmpty()
                && gate.failure() == null
                && gate.hasRoom()
                && transport.pendingByteCount() + undeliveredByteCount <= highMarkBytes;
    }

    // ---- the end

    /** Passes on the writes of other threads, and refuses their later ones. */
    void seal() {
        crossThreadWrites.seal();
        catchUp();
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

    /** Returns the reason why the output has failed, or null if it has not. */
    @Nullable
    Failure failure() {
        return gate.failure();
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
