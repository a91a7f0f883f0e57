package dev.nettystreams;

import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.LoopThreads;
import dev.nettystreams.spi.Transport;
import dev.nettystreams.spi.TransportEvents;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Routes between the two halves of a connection and its transport. The rules live elsewhere: what a read takes in
 * {@link ReadRequest}, pausing in {@link ReadGate}, who waits for the output in {@link WriteGate}, the connection's states in
 * {@link Lifecycle}.
 *
 * <pre>
 *   transport --dataReceived, eof--> StreamReader (ByteQueue, ReadRequest, ReadGate) --completes--> the caller's read
 *             --writable, flushed--> WriteGate ----------------------------completes--> the caller's drain, flush
 *             --connectionLost-----> all of them, then waitClosed
 *   the caller --write--> transport's open buffer --flush: turn ended, or the task's end--> wire
 * </pre>
 *
 * <p>Three rules keep user code out of half-changed state. Transports report nothing from inside a call of ours; every method
 * here that completes futures does so last; operations that are already complete return, and {@link Turns} bounds how many do.
 *
 * <p>Confined to the connection's loop, save the methods marked "any thread".
 */
final class StreamCore implements TransportEvents {
    final Transport transport;
    final Loop loop;
    final StreamLimits limits;
    final Lifecycle lifecycle = new Lifecycle();
    final Turns turns = new Turns();
    final StreamReader reader;
    final StreamWriter writer;

    private final WriteGate writeGate;
    private final CrossThreadWrites crossThreadWrites = new CrossThreadWrites();

    /** True between the first {@code dataReceived} of a burst and its {@code turnEnded}, which flushes. */
    private boolean inTurn;

    /** Written by threads on the loop, and not the transport's yet. */
    private int undeliveredByteCount;

    /**
     * How many bytes other threads may take the transport to hold: as many as it held when theirs were last passed on, or too many. What the loop's
     * own program has written since is its own to wait for.
     */
    private volatile long presumedByteCount;

    private boolean hasUnflushed;
    private boolean flushScheduled;

    private List<CompletableFuture<Void>> closeWaiters = List.of();
    private Loop.@Nullable Timer closeTimer;
    private @Nullable Failure abortReason;

    private volatile @Nullable TlsSession tlsSession;

    /** What runs virtual threads on this loop, null where there are none. Written once, on the loop. */
    private volatile @Nullable LoopCarrier carrier;

    /** Set when the connection is gone: null inside means that it ended well. */
    private @Nullable Outcome outcome;

    private record Outcome(@Nullable Failure failure) {}

    StreamCore(Transport transport, StreamLimits limits) {
        this.transport = transport;
        this.loop = transport.loop();
        this.limits = limits;
        this.writeGate = new WriteGate(transport);
        this.reader = new StreamReader(this, new ReadGate(transport, this::onLoop, limits.readLimitBytes()));
        this.writer = new StreamWriter(this);
    }

    /** Any thread. Calls made after it reach the transport after its start. */
    void start() {
        onLoop(() -> {
            LoopThreads.mark(loop);
            carrier = LoopCarrier.ofCurrent(loop);
            transport.start(this, limits.writeHighMarkBytes(), limits.writeLowMarkBytes());
        });
    }

    /** What carries the calling thread if it is one on this loop, which is alone with this connection; else null. Any thread. */
    private @Nullable LoopCarrier carrierOfCaller() {
        LoopCarrier candidate = carrier;
        return candidate != null && candidate.isCarryingCaller() ? candidate : null;
    }

    /** Any thread: whether the caller may touch this connection's state, the transport's excepted. */
    boolean isHere() {
        return loop.isCurrent() || carrierOfCaller() != null;
    }

    /** On the loop. */
    @Nullable
    LoopCarrier carrier() {
        return carrier;
    }

    /** Any thread: now if the caller is the loop's thread, else by a task; a loop that has ended runs it nowhere. */
    void onLoop(Runnable task) {
        if (loop.isCurrent()) {
            task.run();
            return;
        }
        LoopCarrier here = carrierOfCaller();
        if (here != null) {
            here.defer(task);
        } else {
            hop(task);
        }
    }

    /** Any thread: by a task; fails the future if the loop has ended, or ends without having run it. */
    void hop(Runnable task, CompletableFuture<?> future) {
        LoopCarrier here = loop.isCurrent() ? null : carrierOfCaller();
        if (here != null) {
            here.defer(() -> hop(task, future));
        } else if (!hop(task)) {
            failForLackOfLoop(future);
        } else if (loop.isEnding()) {
            loop.afterEnd(() -> failForLackOfLoop(future));
        }
    }

    /** On the loop, or on a thread that it carries: by a task, when the loop has looked after its other connections. */
    void hopToNextTurn(Runnable task, CompletableFuture<?> future) {
        LoopCarrier here = loop.isCurrent() ? null : carrierOfCaller();
        if (here != null) {
            here.defer(() -> hopToNextTurn(task, future));
            return;
        }
        try {
            loop.executeNextTurn(task);
            if (loop.isEnding()) {
                loop.afterEnd(() -> failForLackOfLoop(future));
            }
        } catch (RejectedExecutionException e) {
            failForLackOfLoop(future);
        }
    }

    private static void failForLackOfLoop(CompletableFuture<?> future) {
        future.completeExceptionally(new StreamBrokenException("the connection's event loop has shut down", null));
    }

    /** Any thread: by a task; false if the loop has ended. */
    private boolean hop(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    // ---- output

    /** Any thread. */
    void write(byte[] source, int offset, int byteCount) {
        lifecycle.refuseWrite("write");
        LoopCarrier behind = carrierToWriteBy();
        if (behind != null) {
            undeliveredByteCount += byteCount;
            behind.write(this, source, offset, byteCount);
        } else if (!loop.isCurrent()) {
            afterAppend(crossThreadWrites.append(source, offset, byteCount), "write");
        } else if (mayWrite()) {
            transport.write(source, offset, byteCount);
            flushSoon();
        }
    }

    /** Any thread. */
    void writeOwned(ByteBuffer source) {
        lifecycle.refuseWrite("writeOwned");
        LoopCarrier behind = carrierToWriteBy();
        if (behind != null) {
            undeliveredByteCount += source.remaining();
            behind.defer(() -> deliverOwned(source));
        } else if (!loop.isCurrent()) {
            afterAppend(crossThreadWrites.append(source), "writeOwned");
        } else if (mayWrite()) {
            transport.writeOwned(source);
            flushSoon();
        }
    }

    /**
     * Where a write goes that must not go to the transport yet, but behind what a thread on the loop has written: one of such a thread, and one of
     * the loop's own while those are being passed on. What other threads have written before goes first.
     */
    private @Nullable LoopCarrier carrierToWriteBy() {
        LoopCarrier candidate = carrier;
        if (candidate == null || !(loop.isCurrent() ? candidate.isSettling() : candidate.isCarryingCaller())) {
            return null;
        }
        if (!crossThreadWrites.isEmpty()) {
            candidate.defer(this::collectCrossThreadWrites);
        }
        return candidate;
    }

    /** On the loop: what a thread on it has written before it parked. */
    void deliver(byte[] source, int byteCount) {
        undeliveredByteCount -= byteCount;
        passOn(() -> transport.write(source, 0, byteCount));
    }

    /** The same, for bytes that nobody else has. */
    void deliverOwned(ByteBuffer source) {
        undeliveredByteCount -= source.remaining();
        passOn(() -> transport.writeOwned(source));
    }

    /** Once something could not be written, what is behind it must not be either. */
    private void passOn(Runnable writes) {
        if (writeGate.failure() == null) {
            try {
                writes.run();
                flushSoon();
            } catch (RuntimeException | Error e) {
                abortBecause(new Failure.Broken("a write could not be passed on: " + e, e));
            }
        }
    }

    /** On the loop, which both ends of a relay share. */
    void write(Chunk chunk) {
        assert loop.isCurrent();
        if (mayWrite()) {
            transport.write(chunk);
            flushSoon();
        } else {
            chunk.skip(chunk.remaining());
        }
    }

    private void afterAppend(CrossThreadWrites.Taken taken, String method) {
        switch (taken) {
            case IN -> {}
            case IN_AS_THE_FIRST -> {
                if (!hop(this::collectCrossThreadWrites)) {
                    crossThreadWrites.discard();
                }
            }
            case NOT -> lifecycle.refuseWrite(method); // or the output was lost, which whoever waits for it is told
            case NOT_NOW -> throw Lifecycle.duringStartTls(method);
        }
    }

    private boolean mayWrite() {
        if (!crossThreadWrites.isEmpty()) {
            collectCrossThreadWrites();
        }
        return writeGate.failure() == null;
    }

    private void collectCrossThreadWrites() {
        presumedByteCount = Long.MAX_VALUE;
        passOn(() -> crossThreadWrites.collectInto(transport));
        presume();
    }

    private void presume() {
        presumedByteCount =
                writeGate.failure() == null && writeGate.mayGoOn() ? transport.pendingByteCount() : Long.MAX_VALUE;
    }

    /** Any thread: whether nobody need wait, as far as that can be told without asking the loop. */
    private boolean mayPresumablyGoOn() {
        long uncollected =
                crossThreadWrites.byteCount(); // first: what is collected in between counts twice, and not never
        long presumed = presumedByteCount;
        return presumed <= limits.writeHighMarkBytes()
                && uncollected + presumed <= limits.writeHighMarkBytes()
                && !lifecycle.refusesWrites()
                && !loop.isEnding();
    }

    private void endCrossThreadWrites() {
        crossThreadWrites.seal();
        mayWrite();
    }

    private List<CompletableFuture<Void>> outputEnded(Failure reason) {
        presumedByteCount = Long.MAX_VALUE;
        crossThreadWrites.discard();
        return writeGate.ended(reason);
    }

    /** Whoever wrote need not know when to flush: the end of this turn does it, or a task that follows this one. */
    private void flushSoon() {
        hasUnflushed = true;
        if (!inTurn && !flushScheduled) {
            flushScheduled = hop(this::runScheduledFlush);
        }
    }

    private void runScheduledFlush() {
        flushScheduled = false;
        turns.begin();
        flushNow();
    }

    private void flushNow() {
        if (hasUnflushed) {
            hasUnflushed = false;
            transport.flush();
        }
    }

    /** For the tests of this package. */
    int uncollectedByteCount() {
        return crossThreadWrites.byteCount();
    }

    /** Any thread. */
    CompletableFuture<Void> drain() {
        boolean isOnLoop = loop.isCurrent();
        LoopCarrier here = isOnLoop ? null : carrierOfCaller();
        if (!isOnLoop && here == null && mayPresumablyGoOn()) {
            return Done.DONE;
        }
        boolean isHere = isOnLoop || here != null;
        boolean isNow = isHere && turns.mayCompleteNow();
        if (isNow && (here == null ? mayGoOn() : mayGoOnUndelivered())) {
            return Done.DONE;
        }
        CompletableFuture<Void> drained = new CompletableFuture<>();
        if (!isHere) {
            hop(() -> drainOnLoop(drained), drained);
        } else if (!isNow) {
            hopToNextTurn(() -> turn(() -> drainOnLoop(drained)), drained);
        } else if (here == null) {
            drainOnLoop(drained);
        } else {
            here.defer(() -> drainOnLoop(drained));
        }
        return drained;
    }

    /** For a thread on the loop, which must not pass anything on. */
    private boolean mayGoOnUndelivered() {
        return crossThreadWrites.isEmpty()
                && writeGate.failure() == null
                && writeGate.mayGoOn()
                && transport.pendingByteCount() + undeliveredByteCount <= limits.writeHighMarkBytes();
    }

    private boolean mayGoOn() {
        return mayWrite() && writeGate.mayGoOn();
    }

    private void drainOnLoop(CompletableFuture<Void> drained) {
        if (mayGoOn()) {
            complete(drained);
        } else if (writeGate.failure() != null) {
            fail(List.of(drained), writeGate.failure());
        } else {
            writeGate.awaitLowMark(drained);
            hasUnflushed = true;
            flushNow();
        }
    }

    /** Any thread. */
    CompletableFuture<Void> flush() {
        CompletableFuture<Void> flushed = new CompletableFuture<>();
        if (loop.isCurrent()) {
            flushOnLoop(flushed);
        } else {
            hop(() -> flushOnLoop(flushed), flushed);
        }
        return flushed;
    }

    private void flushOnLoop(CompletableFuture<Void> flushed) {
        if (mayWrite()) {
            hasUnflushed = false;
            writeGate.awaitFlushed(flushed);
        } else {
            fail(List.of(flushed), writeGate.failure());
        }
    }

    /** Any thread. TLS has no half-close that a peer need bear with. */
    boolean canWriteEof() {
        return tlsSession == null && transport.canWriteEof();
    }

    /** Any thread. */
    void writeEof() {
        if (lifecycle.state() == Lifecycle.State.SECURING) {
            throw Lifecycle.duringStartTls("writeEof");
        }
        if (!canWriteEof()) {
            throw new UnsupportedOperationException("this connection has no half-close: canWriteEof() is false");
        }
        if (lifecycle.move(Lifecycle.Event.WRITE_EOF) != null) {
            onLoop(() -> {
                endCrossThreadWrites();
                if (writeGate.failure() == null) {
                    transport.writeEof();
                }
            });
        }
    }

    // ---- TLS

    /** Any thread. */
    @Nullable
    TlsSession tlsSession() {
        return tlsSession;
    }

    /** Any thread. See {@link StartTls}. */
    CompletableFuture<TlsSession> startTls(TlsUpgrade upgrade, byte[] lastPlaintext) {
        lifecycle.refuseWrite("startTls");
        StartTls run = new StartTls(this, upgrade, lastPlaintext);
        reader.occupy("startTls", run);
        if (lifecycle.move(Lifecycle.Event.START_TLS) == null && lifecycle.refusesWrites()) {
            run.cancel(false); // which frees the reader
            lifecycle.refuseWrite("startTls");
        }
        hop(run::begin, run);
        return run;
    }

    /** Writes the very last plaintext; completes when all of it is sent. */
    CompletableFuture<Void> flushBehind(byte[] lastPlaintext) {
        crossThreadWrites.suspend();
        if (mayWrite()) {
            transport.write(lastPlaintext, 0, lastPlaintext.length);
        }
        return flush();
    }

    /** False if the connection has been ended meanwhile. */
    boolean secured(TlsSession session) {
        if (lifecycle.move(Lifecycle.Event.SECURED) == null) {
            return false;
        }
        tlsSession = session;
        crossThreadWrites.resume();
        return true;
    }

    void upgradeFailed(Failure reason) {
        lifecycle.move(Lifecycle.Event.ABORT);
        abortBecause(reason);
    }

    // ---- the end

    /** Any thread. */
    void close() {
        Lifecycle.State before = lifecycle.move(Lifecycle.Event.CLOSE);
        if (before == Lifecycle.State.DETACHING) {
            onLoop(() -> abortBecause(new Failure.ClosedHere("close() was called during detach()")));
        } else if (before == Lifecycle.State.SECURING) {
            onLoop(() -> abortBecause(new Failure.ClosedHere("close() was called during startTls()")));
        } else if (before != null && before != Lifecycle.State.BROKEN) {
            onLoop(this::closeOnLoop);
        }
    }

    private void closeOnLoop() {
        if (lifecycle.state() != Lifecycle.State.CLOSING) {
            return; // an abort overtook it
        }
        endCrossThreadWrites();
        startCloseTimer();
        transport.close();
        transport.resumeReading(); // a peer that waits for us to read would never read what we still send
        reader.endInput(null);
    }

    private void closeTimedOut() {
        Lifecycle.State before = lifecycle.move(Lifecycle.Event.ABORT);
        if (before != null) {
            String method = before == Lifecycle.State.DETACHING ? "detach()" : "close()";
            abortBecause(new Failure.Broken(
                    method + " did not finish within " + limits.closeTimeout() + ": " + transport.pendingByteCount()
                            + " bytes unsent",
                    null));
        }
    }

    /** Any thread. */
    void abort() {
        Lifecycle.State before = lifecycle.move(Lifecycle.Event.ABORT);
        if (before != null && before != Lifecycle.State.BROKEN) {
            onLoop(() -> abortBecause(new Failure.ClosedHere("abort() was called")));
        }
    }

    private void abortBecause(Failure reason) {
        if (outcome != null || abortReason != null) {
            return;
        }
        abortReason = reason;
        List<CompletableFuture<Void>> waiters = outputEnded(reason);
        transport.abort();
        reader.endInput(reason);
        fail(waiters, reason);
    }

    /** Any thread. */
    CompletableFuture<Void> waitClosed() {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        if (loop.isCurrent()) {
            waitClosedOnLoop(closed);
        } else {
            hop(() -> waitClosedOnLoop(closed), closed);
        }
        return closed;
    }

    private void waitClosedOnLoop(CompletableFuture<Void> closed) {
        if (outcome != null) {
            finish(List.of(closed), outcome.failure);
            return;
        }
        if (closeWaiters.isEmpty()) {
            closeWaiters = new ArrayList<>(1);
        }
        closeWaiters.add(closed);
    }

    /** Any thread. See {@link StreamConnection#detach()}. */
    CompletableFuture<byte[]> detach() {
        Claimable<byte[]> unread = new Claimable<>();
        reader.refuseIfBusy("detach");
        if (lifecycle.move(Lifecycle.Event.DETACH) == null) {
            throw new StreamClosedException("detach() called on a connection that is " + lifecycle.state());
        }
        hop(() -> detachOnLoop(unread), unread);
        return unread;
    }

    private void detachOnLoop(Claimable<byte[]> unread) {
        reader.stopReading();
        endCrossThreadWrites();
        startCloseTimer();
        CompletionStage<Void> flushed = flush();
        flushed.whenComplete((done, failure) -> detachFlushed(unread, failure));
    }

    /** Whoever wants the bytes is asked first: a connection that nobody takes over is ended. */
    private void detachFlushed(Claimable<byte[]> unread, @Nullable Throwable failure) {
        if (!unread.claim()) {
            lifecycle.move(Lifecycle.Event.ABORT);
            abortBecause(new Failure.ClosedHere("detach() was cancelled"));
        } else if (failure != null) {
            lifecycle.move(Lifecycle.Event.ABORT);
            abortBecause(Failure.Broken.by(failure));
            unread.fail(failure);
        } else if (lifecycle.move(Lifecycle.Event.HAND_OVER) == null) {
            unread.fail(new StreamClosedException("the connection was closed during detach()"));
        } else {
            handOver(unread);
        }
    }

    private void handOver(Claimable<byte[]> unread) {
        cancelCloseTimer();
        transport.detach();
        Failure reason = new Failure.ClosedHere("the connection was handed back by detach()");
        outcome = new Outcome(reason);
        List<CompletableFuture<Void>> waiters = new ArrayList<>(outputEnded(reason));
        waiters.addAll(closeWaiters);
        closeWaiters = List.of();
        unread.succeed(reader.takeEverything(reason));
        fail(waiters, reason);
    }

    private void startCloseTimer() {
        try {
            closeTimer = loop.schedule(this::closeTimedOut, saturatedNanos(limits.closeTimeout()));
        } catch (RejectedExecutionException e) {
            closeTimer = null; // the loop is ending, and with it every connection
        }
    }

    private void cancelCloseTimer() {
        if (closeTimer != null) {
            closeTimer.cancel();
            closeTimer = null;
        }
    }

    // ---- events

    private void begin() {
        assert loop.isCurrent();
        turns.begin();
        LoopCarrier threads = carrier;
        if (threads != null) {
            threads.enter();
        }
    }

    /** Threads that the event has woken run now, with nothing half changed below them. */
    private void end() {
        LoopCarrier threads = carrier;
        if (threads != null) {
            threads.leave();
        }
    }

    /** Runs what is no event of the transport, but may wake threads as one does. */
    void turn(Runnable work) {
        begin();
        try {
            work.run();
        } finally {
            end();
        }
    }

    @Override
    public void dataReceived(Chunk chunk) {
        begin();
        try {
            inTurn = true;
            reader.arrived(chunk);
        } finally {
            end();
        }
    }

    @Override
    public void turnEnded() {
        begin();
        try {
            inTurn = false;
            flushNow();
        } finally {
            end();
        }
    }

    @Override
    public void eofReceived() {
        begin();
        try {
            reader.endInput(null);
        } finally {
            end();
        }
    }

    @Override
    public void writable() {
        begin();
        try {
            if (transport.isWritable()) {
                presume();
                writeGate.reachedLowMark().forEach(StreamCore::complete);
            }
        } finally {
            end();
        }
    }

    @Override
    public void flushed(long ticket) {
        begin();
        try {
            writeGate.flushedThrough(ticket).forEach(StreamCore::complete);
        } finally {
            end();
        }
    }

    @Override
    public void outputFailed(Throwable cause) {
        begin();
        try {
            Failure failure = Failure.Broken.by(cause);
            fail(outputEnded(failure), failure);
        } finally {
            end();
        }
    }

    @Override
    public void connectionLost(@Nullable Throwable cause) {
        begin();
        try {
            Lifecycle.State before = lifecycle.move(Lifecycle.Event.LOST);
            Failure failure = failureOf(before, cause);
            outcome = new Outcome(failure);
            cancelCloseTimer();
            List<CompletableFuture<Void>> waiters = new ArrayList<>(
                    outputEnded(failure != null ? failure : new Failure.ClosedHere("the connection is closed")));
            waiters.addAll(closeWaiters);
            closeWaiters = List.of();
            boolean hasBefallenUs = before == Lifecycle.State.OPEN
                    || before == Lifecycle.State.OUTPUT_ENDED
                    || before == Lifecycle.State.SECURING;
            if (failure != null && cause != null && hasBefallenUs) {
                reader.failInput(failure);
            } else {
                reader.endInput(failure);
            }
            finish(waiters, failure);
        } finally {
            end();
        }
    }

    private @Nullable Failure failureOf(Lifecycle.@Nullable State before, @Nullable Throwable cause) {
        if (abortReason != null) {
            return abortReason;
        }
        Failure earlier = writeGate.failure();
        if (earlier != null) {
            return earlier;
        }
        boolean endedWell = cause == null
                && (before == Lifecycle.State.CLOSING
                        || (before == Lifecycle.State.OUTPUT_ENDED && reader.hasSeenEof()));
        return endedWell ? null : Failure.Broken.by(cause);
    }

    // ---- completing

    @SuppressWarnings("NullAway") // Void has no other value
    private static void complete(CompletableFuture<Void> future) {
        future.complete(null);
    }

    private static void finish(List<CompletableFuture<Void>> waiters, @Nullable Failure failure) {
        if (failure == null) {
            waiters.forEach(StreamCore::complete);
        } else {
            fail(waiters, failure);
        }
    }

    private static void fail(List<CompletableFuture<Void>> waiters, @Nullable Failure failure) {
        if (failure != null) {
            waiters.forEach(waiter -> waiter.completeExceptionally(failure.newException()));
        }
    }

    @Override
    public String toString() {
        Object peer = transport.extraInfo("peername");
        String name = peer == null ? "unknown" : peer.toString(); // null: gone before it was asked for
        return lifecycle.state() + ", peer=" + (name.isEmpty() ? "unnamed" : name);
    }

    static long saturatedNanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }
}
