package dev.nettystreams;

import dev.nettystreams.spi.Chunk;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The received bytes, and the one read, relay or {@code startTls} that waits for them.
 *
 * <pre>
 *   transport --arrived--> LendableQueue --advance: is the occupant satisfied?--> claim, take, complete
 *                 \__directly, past an empty queue___________________________________/
 *
 *   submit, on the loop or on a thread that the loop carries:
 *           bytes buffered --> a completed future; otherwise the read waits
 *   submit, on any other thread:
 *           bytes lent --> a completed future; otherwise the read waits; if the loop may not see it, a task tells it
 * </pre>
 *
 * <p>Confined to the connection's loop, except for the methods marked "any thread".
 */
final class Input {
    final LoopAccess access;
    private final ReadSlot slot;
    private final ReadGate gate;
    private final LendableQueue bytes = new LendableQueue();
    private boolean hasEnded; // at EOF, or by close on this side
    private @Nullable Failure failure; // ended the input, or was reported after its end

    private volatile boolean atEof;
    private final AtomicBoolean isReliefAsked = new AtomicBoolean();

    Input(LoopAccess access, Lifecycle lifecycle, ReadGate gate) {
        this.access = access;
        this.slot = new ReadSlot(lifecycle);
        this.gate = gate;
    }

    /** Any thread. */
    boolean atEof() {
        return atEof;
    }

    /** Any thread. */
    void advanceSoon(CompletableFuture<?> future) {
        access.submit(this::advance, future);
    }

    // ---- the machine: one submit, one advance

    /** Any thread. */
    <T extends @Nullable Object> CompletableFuture<T> submit(ReadRequest<T> request) {
        boolean isHere = access.isHere();
        if (isHere && access.turns.takeStep()) {
            slot.refuseIfBusy(request.name());
            if (!bytes.tryOwn()) {
                throw ConcurrentReadException.onAnotherThread(request.name());
            }
            try {
                if (isOver()) {
                    request.prepare(queue());
                    return access.completed(answer(request, request.isReady(queue())));
                }
                T result = pollNow(request);
                if (result != null) {
                    return access.completed(result);
                }
            } catch (Exception e) {
                return CompletableFuture.failedFuture(e);
            }
            PendingRead<T> read = newRead(request, false);
            slot.occupy(read);
            gate.aboutToWait();
            return read;
        }
        if (!isHere) {
            return submitFromElsewhere(request);
        }
        PendingRead<T> read = newRead(request, false);
        slot.occupy(read);
        access.submitYielding(this::advance, read);
        return read;
    }

    private <T extends @Nullable Object> PendingRead<T> newRead(ReadRequest<T> request, boolean isRemote) {
        return access.loop.hasOwnClock()
                ? new PendingRead.Clocked<>(request, isRemote, access.loop)
                : new PendingRead<>(request, isRemote);
    }

    private <T extends @Nullable Object> CompletableFuture<T> submitFromElsewhere(ReadRequest<T> request) {
        int lending = request.mayUseLent() ? bytes.tryUse() : LendableQueue.NOT_LENT;
        if (lending != LendableQueue.NOT_LENT) {
            try {
                T result = answerFromLent(request);
                if (result != null) {
                    return access.completed(result);
                }
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
        }
        PendingRead<T> read = newRead(request, true);
        slot.occupy(read);
        if (!bytes.isUnchangedSince(lending) || gate.isPaused() || access.loop.isEnding()) {
            access.submit(this::advance, read);
        }
        return read;
    }

    private <T extends @Nullable Object> @Nullable T answerFromLent(ReadRequest<T> request) throws IOException {
        T result;
        try {
            slot.refuseIfBusy(request.name());
            result = request.poll(bytes.inUse());
        } finally {
            bytes.endUse();
        }
        if (result != null) {
            relieveGateSoon();
        }
        return result;
    }

    /** Returns all bytes that no read has taken. The caller has made sure that they are not lent. */
    ByteQueue queue() {
        return bytes.owned();
    }

    /** On the loop: runs an action as soon as no other thread reads the lent bytes: now, or in a later turn. */
    void whenOwned(Runnable action) {
        if (bytes.tryOwn()) {
            action.run();
        } else if (!access.submitYielding(() -> whenOwned(action))) {
            while (!bytes.tryOwn()) {
                Thread.onSpinWait(); // the loop has ended: no other connection waits for this thread
            }
            action.run();
        }
    }

    /** Lets the occupant proceed: after an arrival, at the end of input, or when it starts to wait. */
    private void advance() {
        assert access.loop.isCurrent();
        if (bytes.tryOwn()) {
            advanceOwned();
        } else {
            whenOwned(this::advanceOwned);
        }
    }

    private void advanceOwned() {
        updateAtEof();
        Occupant waiting = slot.waiting();
        if (waiting != null) {
            waiting.advance(this);
        }
    }

    /**
     * Called on another thread that has read lent bytes, which the loop does not notice by itself. One task serves all
     * such reads.
     */
    private void relieveGateSoon() {
        if (gate.isPaused() && gate.isLow(bytes.lentByteCount()) && isReliefAsked.compareAndSet(false, true)) {
            access.submit(() -> {
                isReliefAsked.set(false);
                relieveGate(0);
            });
        }
    }

    private void relieveGate(int moreByteCount) {
        gate.taken(bytes.size() + moreByteCount);
    }

    /** Completes a read if that is possible now. The queue is owned. */
    <T extends @Nullable Object> void advance(PendingRead<T> read) {
        read.request.prepare(queue());
        boolean isReady = read.request.isReady(queue());
        if (!isReady && !isOver()) {
            aboutToWait();
        } else if (read.claim()) {
            slot.clear();
            T result;
            try {
                result = answer(read.request, isReady);
            } catch (Throwable e) { // a claimed read has no other way to complete
                read.fail(e);
                return;
            }
            succeed(read, result);
        }
    }

    /**
     * Answers a request without a future, so no race with the caller is possible. Returns null if the read must wait.
     */
    private <T extends @Nullable Object> @Nullable T pollNow(ReadRequest<T> request) throws IOException {
        T result = request.poll(queue());
        if (result != null) {
            gate.taken(queue().size());
        }
        return result;
    }

    /** The rule about ends: buffered bytes come first, then the end, which every later read sees again. */
    private <T extends @Nullable Object> T answer(ReadRequest<T> request, boolean isReady) throws Exception {
        if (failure != null && (queue().isEmpty() || !isReady)) {
            throw failure.newException();
        }
        int byteCount = queue().size();
        try {
            return isReady ? request.take(queue()) : request.takeAtEof(queue());
        } finally {
            if (isReady ? queue().size() < byteCount : request.opensGateAtEof()) {
                gate.taken(queue().size());
            }
            updateAtEof();
        }
    }

    private void updateAtEof() {
        if (hasEnded) {
            atEof = queue().isEmpty();
        }
    }

    boolean isOver() {
        return hasEnded || failure != null;
    }

    /** Returns the failure that has ended the input, or null at EOF and before. */
    @Nullable
    Failure failure() {
        return failure;
    }

    /** Any thread. */
    void refuseIfBusy(String method) {
        slot.refuseIfBusy(method);
    }

    /** Any thread. */
    boolean isAwaited() {
        return slot.waiting() != null;
    }

    /** On the loop: returns whether a switch to TLS is ahead that will hand the arriving bytes over, or refuse them. */
    boolean isSwitchingToTls() {
        return slot.waiting() instanceof StartTls upgrade && !upgrade.hasSwitched();
    }

    void occupy(Occupant newcomer) {
        slot.occupy(newcomer);
    }

    void aboutToWait() {
        gate.aboutToWait();
    }

    // ---- events from the core

    void arrived(Chunk chunk) {
        if (isOver()) {
            return; // this side has closed; these bytes are read only so that the peer can finish
        }
        int byteCount = bytes.size() + chunk.remaining();
        gate.arrived(byteCount);
        if (gate.isPaused() && bytes.isLent()) {
            relieveGate(chunk.remaining()); // the borrower may have taken bytes before it could see the pause
        }
        Occupant waiting = slot.waiting();
        if (waiting == null) {
            bytes.hold(chunk);
            if (bytes.isLent() && slot.waiting() != null) {
                advance(); // a read on another thread may wait without having seen these bytes
            }
        } else if (!(ownEmpty() && waiting.arrived(chunk, this))) {
            if (chunk.remaining() > 0) {
                bytes.append(chunk);
            }
            advance();
        }
    }

    /** Takes back the lent bytes; returns true if the queue is owned and empty, so that a chunk overtakes no bytes. */
    private boolean ownEmpty() {
        return bytes.tryOwn() && queue().isEmpty();
    }

    /** Completes a read directly from a chunk if the queue is empty; returns false if that is impossible. */
    <T extends @Nullable Object> boolean arrived(Chunk chunk, PendingRead<T> read) {
        if (chunk.remaining() < read.request.directByteCount() || !read.claim()) {
            return false;
        }
        slot.clear();
        T result;
        try {
            result = read.request.takeDirectly(chunk);
            if (chunk.remaining() > 0) {
                queue().append(chunk);
            }
        } catch (RuntimeException | Error e) {
            read.fail(e); // a claimed read has no other way to complete
            throw e; // bytes are lost: the transport ends the connection
        }
        gate.taken(queue().size());
        succeed(read, result);
        return true;
    }

    /**
     * Completes a claimed read. Called last: the caller's code may run inside, and read again. After a read on another
     * thread, lends the queue, possibly empty, so that the next read need not ask the loop.
     */
    private <T extends @Nullable Object> void succeed(PendingRead<T> read, T result) {
        if (!read.isRemote) {
            read.succeed(result);
            return;
        }
        if (!isOver()) {
            bytes.lend();
        }
        read.succeed(result, access.wakeUps());
    }

    /**
     * Ends the input. A failure after EOF has no effect here; see {@link #fail}.
     *
     * @param reason the failure, or null at EOF
     */
    void end(@Nullable Failure reason) {
        if (reason == null) {
            hasEnded = true;
            advance();
        } else if (!isOver()) {
            fail(reason);
        }
    }

    /**
     * Reports the loss of the connection to later reads, even after EOF, as asyncio does; {@link #atEof} does not
     * change.
     */
    void fail(Failure reason) {
        if (failure == null) {
            failure = reason;
            advance();
        }
    }

    /** The connection has ended: gives back the transport's memory, and keeps the bytes for later reads. */
    void keepRest() {
        whenOwned(() -> queue().flatten());
    }

    boolean hasSeenEof() {
        return hasEnded;
    }

    void holdRelay() {
        gate.hold(bytes.size());
    }

    void resumeRelay() {
        access.turn(this::advance);
    }

    /** Frees the slot for an operation that ends by itself. Returns the failure that has ended the input, or null. */
    @Nullable
    Throwable leave(Occupant done) {
        slot.free(done);
        gate.taken(bytes.size());
        whenOwned(this::updateAtEof);
        return !hasEnded && failure != null ? failure.newException() : null;
    }

    /** Pauses reading. Bytes that still arrive are queued for the next owner of the wire. */
    void stopReading() {
        gate.pause();
    }

    void goOnReading() {
        gate.taken(bytes.size());
    }

    /** Takes all buffered bytes; called {@linkplain #whenOwned when the queue is owned}. */
    byte[] takeLeftover() {
        return queue().take(queue().size());
    }

    void release(Occupant done) {
        slot.free(done);
    }

    byte[] takeEverything(Failure reason) {
        byte[] left = takeLeftover();
        end(reason);
        return left;
    }

    // ---- counts, any thread

    /** Returns the number of buffered bytes; off the loop, an estimate. */
    int bufferedByteCount() {
        return Math.max(0, bytes.size());
    }

    /**
     * Returns the number of bytes that a read by the caller would get without waiting for the peer. It counts bytes
     * that are not lent, or put aside: a caller may poll this number before it ever reads.
     */
    int availableByteCount() {
        return access.isHere() && !bytes.tryOwn() ? 0 : bufferedByteCount();
    }

    // ---- for the tests of this package

    LendableQueue lent() {
        return bytes;
    }

    long examinedByteCount() {
        return queue().examinedByteCount();
    }
}
