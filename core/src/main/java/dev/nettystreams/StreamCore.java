package dev.nettystreams;

import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.Timeouts;
import dev.nettystreams.spi.Transport;
import dev.nettystreams.spi.TransportEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Routes between the two halves of a connection and its transport, and ends the connection. The rules live elsewhere:
 * what a read takes in {@link ReadRequest}, pausing in {@link ReadGate}, who waits for what in {@link Input}, the way
 * of what is written in {@link Output}, who may touch what in {@link LoopAccess}, the connection's states in
 * {@link Lifecycle}, its end in good order in {@link Closing}.
 *
 * <pre>
 *   transport --EventTurns: dataReceived, eof--> Input -------completes--> the caller's read
 *                           writable, flushed--> Output ------completes--> the caller's drain, flush
 *                           connectionLost-----> all of them, then waitClosed
 *   the caller --write--> Output --> transport's open buffer --flush: the burst is over, or a task--> wire
 * </pre>
 *
 * <p>Three rules keep user code out of half-changed state. Transports report nothing from inside a call of ours; every
 * method here that completes futures does so last; operations that are already complete return, and {@link Turns}
 * bounds how many do.
 *
 * <p>Confined to the connection's loop, save the methods marked "any thread".
 */
final class StreamCore implements TransportEvents {
    final Transport transport;
    final Loop loop;
    final StreamLimits limits;
    final Lifecycle lifecycle = new Lifecycle();
    final LoopAccess access;
    final Output output;
    final Input input;
    final StreamReader reader;
    final StreamWriter writer;

    private final Waiters closeWaiters = new Waiters();
    private final Closing closing;
    private Loop.@Nullable Timer detachTimer;
    private @Nullable Failure abortReason;

    private volatile @Nullable TlsSession tlsSession;

    /** Whether the transport has lost bytes that it had taken, before the connection ended. On the loop. */
    boolean hasLostWrites;

    /** Set when the connection is gone: null inside means that it ended well. */
    private @Nullable Outcome outcome;

    private record Outcome(@Nullable Failure failure) {}

    StreamCore(Transport transport, StreamLimits limits) {
        this.transport = transport;
        this.loop = transport.loop();
        this.limits = limits;
        this.access = new LoopAccess(loop);
        this.output = new Output(transport, access, lifecycle, limits, this::abortBecause);
        ReadGate gate = new ReadGate(transport, access::onLoop, limits.readLimitBytes());
        this.input = new Input(access, lifecycle, gate, limits.readLimitBytes());
        this.closing = new Closing(transport, access, limits, this::closingFailed);
        this.reader = new StreamReader(this);
        this.writer = new StreamWriter(this);
    }

    /** Any thread. Calls made after it reach the transport after its start. */
    void start() {
        if (loop.isCurrent()) {
            startOnLoop();
        } else {
            access.onLoop(this::startOnLoop);
        }
    }

    private void startOnLoop() {
        access.start();
        EventTurns events = new EventTurns(access, this);
        transport.start(events, limits.writeHighMarkBytes(), limits.writeLowMarkBytes());
    }

    // ---- half-close

    /** Any thread. */
    boolean canWriteEof() {
        return transport.canWriteEof();
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
            access.onLoop(() -> {
                output.seal();
                if (output.failure() == null) {
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
        input.occupy("startTls", run);
        if (lifecycle.move(Lifecycle.Event.START_TLS) == null && lifecycle.refusesWrites()) {
            run.cancel(false); // which frees the reader
            lifecycle.refuseWrite("startTls");
        }
        access.hop(() -> input.whenOwned(run::begin), run);
        return run;
    }

    /** False if the connection has been ended meanwhile. */
    boolean secured(TlsSession session) {
        if (lifecycle.move(Lifecycle.Event.SECURED) == null) {
            return false;
        }
        tlsSession = session;
        output.resume();
        return true;
    }

    void upgradeFailed(Failure reason) {
        lifecycle.move(Lifecycle.Event.GIVE_UP);
        abortBecause(reason);
    }

    // ---- the end

    /** Any thread. */
    void close() {
        Lifecycle.State before = lifecycle.move(Lifecycle.Event.CLOSE);
        if (before == Lifecycle.State.DETACHING) {
            access.onLoop(() -> abortBecause(new Failure.ClosedHere("close() was called during detach()")));
        } else if (before == Lifecycle.State.SECURING) {
            access.onLoop(() -> abortBecause(new Failure.ClosedHere("close() was called during startTls()")));
        } else if (before != null && !before.isBroken()) {
            access.onLoop(this::closeOnLoop);
        }
    }

    private void closeOnLoop() {
        if (lifecycle.state() != Lifecycle.State.CLOSING) {
            return; // an abort overtook it
        }
        output.seal();
        closing.begin();
        input.end(null);
    }

    private void closingFailed(String reason) {
        if (lifecycle.state() == Lifecycle.State.CLOSING) { // else an abort overtook it, or the connection is gone
            abortBecause(new Failure.Broken(reason, null));
        }
    }

    /** Any thread. */
    void abort() {
        Lifecycle.State before = lifecycle.move(Lifecycle.Event.ABORT);
        if (before != null && !before.isBroken()) {
            access.onLoop(() -> abortBecause(new Failure.ClosedHere("abort() was called")));
        }
    }

    private void abortBecause(Failure reason) {
        if (outcome != null || abortReason != null) {
            return;
        }
        abortReason = reason;
        closing.stop();
        List<CompletableFuture<Void>> waiters = output.ended(reason);
        transport.abort();
        input.end(reason);
        Waiters.fail(waiters, reason);
    }

    /** Any thread. */
    CompletableFuture<Void> waitClosed() {
        CompletableFuture<Void> closed = new StreamFuture<>();
        if (loop.isCurrent()) {
            waitClosedOnLoop(closed);
        } else {
            access.hop(() -> waitClosedOnLoop(closed), closed);
        }
        return closed;
    }

    private void waitClosedOnLoop(CompletableFuture<Void> closed) {
        if (outcome != null) {
            Waiters.finish(List.of(closed), outcome.failure);
            return;
        }
        closeWaiters.add(closed);
    }

    /** Any thread. See {@link StreamConnection#detach()}. */
    CompletableFuture<byte[]> detach() {
        Claimable<byte[]> unread = new Claimable<>();
        input.refuseIfBusy("detach");
        if (lifecycle.move(Lifecycle.Event.DETACH) == null) {
            lifecycle.refuseWrite("detach");
            throw new StreamClosedException("detach() called on a connection that is " + lifecycle.state());
        }
        access.hop(() -> detachOnLoop(unread), unread);
        return unread;
    }

    private void detachOnLoop(Claimable<byte[]> unread) {
        input.stopReading();
        output.seal();
        detachTimer = access.schedule(this::detachTimedOut, Timeouts.saturatedNanos(limits.closeTimeout()));
        CompletionStage<Void> flushed = output.flush();
        flushed.whenComplete((done, failure) -> input.whenOwned(() -> detachFlushed(unread, failure)));
    }

    private void detachTimedOut() {
        if (lifecycle.move(Lifecycle.Event.GIVE_UP) != null) {
            abortBecause(new Failure.Broken(
                    "detach() did not finish within " + Timeouts.toText(limits.closeTimeout()) + ": "
                            + transport.pendingByteCount() + " bytes unsent",
                    null));
        }
    }

    /** Whoever wants the bytes is asked first: a connection that nobody takes over is ended. */
    private void detachFlushed(Claimable<byte[]> unread, @Nullable Throwable failure) {
        if (!unread.claim()) {
            lifecycle.move(Lifecycle.Event.GIVE_UP);
            abortBecause(new Failure.ClosedHere("detach() was cancelled"));
        } else if (failure != null) {
            lifecycle.move(Lifecycle.Event.GIVE_UP);
            abortBecause(Failure.Broken.by(failure));
            unread.fail(failure);
        } else if (lifecycle.move(Lifecycle.Event.HAND_OVER) == null) {
            unread.fail(new StreamClosedException("the connection was closed during detach()"));
        } else {
            handOver(unread);
        }
    }

    private void handOver(Claimable<byte[]> unread) {
        cancelDetachTimer();
        transport.detach();
        Failure reason = new Failure.ClosedHere("the connection was handed back by detach()");
        outcome = new Outcome(reason);
        List<CompletableFuture<Void>> waiters = new ArrayList<>(output.ended(reason));
        waiters.addAll(closeWaiters.release());
        unread.succeed(input.takeEverything(reason));
        Waiters.fail(waiters, reason);
    }

    private void cancelDetachTimer() {
        if (detachTimer != null) {
            detachTimer.cancel();
            detachTimer = null;
        }
    }

    // ---- events

    @Override
    public void dataReceived(Chunk chunk) {
        output.burstBegan();
        if (closing.isUnderWay()) {
            closing.dropped(chunk.remaining());
        } else {
            input.arrived(chunk);
        }
    }

    @Override
    public void turnEnded() {
        output.burstEnded();
    }

    @Override
    public void eofReceived() {
        closing.peerEnded();
        input.end(null);
    }

    @Override
    public void writable() {
        output.writable();
    }

    @Override
    public void flushed(long ticket) {
        output.flushed(ticket);
    }

    @Override
    public void outputFinished() {
        closing.outputFinished();
    }

    @Override
    public void outputFailed(Throwable cause) {
        hasLostWrites = true;
        Failure failure = Failure.Broken.by(cause);
        Waiters.fail(output.ended(failure), failure);
    }

    @Override
    public void connectionLost(@Nullable Throwable cause) {
        Lifecycle.State before = lifecycle.move(Lifecycle.Event.LOST);
        Failure failure = failureOf(before, cause);
        outcome = new Outcome(failure);
        closing.stop();
        cancelDetachTimer();
        List<CompletableFuture<Void>> waiters = new ArrayList<>(
                output.ended(failure != null ? failure : new Failure.ClosedHere("the connection is closed")));
        waiters.addAll(closeWaiters.release());
        boolean hasBefallenUs = before == Lifecycle.State.OPEN
                || before == Lifecycle.State.OUTPUT_ENDED
                || before == Lifecycle.State.SECURING;
        if (failure != null && cause != null && hasBefallenUs) {
            input.fail(failure);
        } else {
            input.end(failure);
        }
        Waiters.finish(waiters, failure);
    }

    private @Nullable Failure failureOf(Lifecycle.@Nullable State before, @Nullable Throwable cause) {
        if (abortReason != null) {
            return abortReason;
        }
        Failure earlier = output.failure();
        if (earlier != null) {
            return earlier;
        }
        boolean endedWell = closing.hasSentAll()
                || (cause == null
                        && (before == Lifecycle.State.CLOSING
                                || (before == Lifecycle.State.OUTPUT_ENDED && input.hasSeenEof())));
        return endedWell ? null : Failure.Broken.by(cause);
    }

    @Override
    public String toString() {
        Object peer = transport.extraInfo("peername");
        String name = peer == null ? "unknown" : peer.toString(); // null: gone before it was asked for
        return lifecycle.state() + ", peer=" + (name.isEmpty() ? "unnamed" : name);
    }
}
