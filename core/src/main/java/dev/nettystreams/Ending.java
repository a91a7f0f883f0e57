package dev.nettystreams;

import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The end of a connection: requested by {@code close} or {@code abort}, or caused by the peer or the network. Decides
 * how every pending operation ends, and how {@code waitClosed} completes.
 *
 * <pre>
 *   the transport reports that the connection is gone  | waitClosed
 *   ---------------------------------------------------+------------------------------------------
 *   after an abort, by the user or by the streams      | fails with the reason of the abort
 *   after bytes were lost                              | fails with the reason of the loss
 *   when close() had sent everything ({@link Closing}) | completes
 *   without a cause, during close(), or after the ends | completes
 *     of both sides                                    |
 *   otherwise                                          | fails: the connection was lost
 * </pre>
 *
 * <p>Confined to the connection's loop, except for the methods marked "any thread".
 */
final class Ending {
    private final Transport transport;
    private final LoopAccess access;
    private final Lifecycle lifecycle;
    private final Input input;
    private final Output output;
    private final TransportWriter writer;
    private final Closing closing;
    private final Waiters closeWaiters = new Waiters();
    private @Nullable Failure abortReason;
    private boolean hasLostWrites;

    /** Set when the connection is gone; an outcome without a failure means that it ended well. */
    private @Nullable Outcome outcome;

    private record Outcome(@Nullable Failure failure) {}

    Ending(
            Transport transport,
            LoopAccess access,
            Supplier<StreamLimits> limits,
            Lifecycle lifecycle,
            Input input,
            Output output,
            TransportWriter writer) {
        this.transport = transport;
        this.access = access;
        this.lifecycle = lifecycle;
        this.input = input;
        this.output = output;
        this.writer = writer;
        this.closing = new Closing(transport, access, limits, this::closingFailed);
    }

    // ---- requests

    /** Any thread. */
    void close() {
        Lifecycle.State before = lifecycle.move(Lifecycle.Event.CLOSE);
        if (before == Lifecycle.State.DETACHING) {
            access.run(() -> abort(new Failure.ClosedHere("close() was called during detach()")));
        } else if (before == Lifecycle.State.SECURING) {
            access.run(() -> abort(new Failure.ClosedHere("close() was called during startTls()")));
        } else if (before != null && !before.isBroken()) {
            access.run(this::closeOnLoop);
        }
    }

    private void closeOnLoop() {
        if (lifecycle.state() != Lifecycle.State.CLOSING) {
            return; // an abort came first
        }
        writer.seal();
        closing.begin(output::behindFile);
        input.end(null);
    }

    private void closingFailed(String reason) {
        if (lifecycle.state() == Lifecycle.State.CLOSING) { // otherwise an abort came first, or the connection is gone
            abort(new Failure.Broken(reason, null));
        }
    }

    /** Any thread. */
    void abort() {
        Lifecycle.State before = lifecycle.move(Lifecycle.Event.ABORT);
        if (before != null && !before.isBroken()) {
            access.run(() -> abort(new Failure.ClosedHere("abort() was called")));
        }
    }

    /** Aborts because a {@code detach} or {@code startTls} has failed. */
    void giveUp(Failure reason) {
        lifecycle.move(Lifecycle.Event.GIVE_UP);
        abort(reason);
    }

    /** Aborts for a reason; the first reason is kept. */
    void abort(Failure reason) {
        if (outcome != null || abortReason != null) {
            return;
        }
        abortReason = reason;
        closing.stop();
        List<CompletableFuture<Void>> waiters = writer.ended(reason);
        transport.abort();
        input.end(reason);
        Waiters.fail(waiters, reason);
    }

    /** Any thread. */
    CompletableFuture<Void> waitClosed() {
        CompletableFuture<Void> closed = access.newFuture();
        if (access.loop.isCurrent()) {
            waitClosedOnLoop(closed);
        } else {
            access.submit(() -> waitClosedOnLoop(closed), closed);
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

    // ---- events of the transport

    /** Discards bytes after {@code close}; returns false if they are input. */
    boolean drop(Chunk chunk) {
        if (!closing.isUnderWay()) {
            return false;
        }
        closing.dropped(chunk.remaining());
        return true;
    }

    void peerEnded() {
        closing.peerEnded();
    }

    void outputFinished() {
        closing.outputFinished();
    }

    /** Bytes that the transport had taken are lost. */
    void outputFailed(Throwable cause) {
        hasLostWrites = true;
        Failure failure = Failure.Broken.by(cause);
        Waiters.fail(writer.ended(failure), failure);
    }

    /** Returns whether bytes were lost before the connection ended. */
    boolean hasLostWrites() {
        return hasLostWrites;
    }

    void lost(@Nullable Throwable cause) {
        Lifecycle.State before = lifecycle.move(Lifecycle.Event.LOST);
        Failure failure = failureOf(before, cause);
        outcome = new Outcome(failure);
        closing.stop();
        access.probe.ended(failure);
        List<CompletableFuture<Void>> waiters = new ArrayList<>(
                writer.ended(failure != null ? failure : new Failure.ClosedHere("the connection is closed")));
        waiters.addAll(closeWaiters.release());
        boolean hasBefallenUs = before == Lifecycle.State.OPEN
                || before == Lifecycle.State.OUTPUT_ENDED
                || before == Lifecycle.State.SECURING
                || before == Lifecycle.State.WRITING_FILE;
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
        Failure earlier = writer.failure();
        if (earlier != null) {
            return earlier;
        }
        boolean endedWell = closing.hasSentAll()
                || (cause == null
                        && writer.hasPassedAllOn()
                        && (before == Lifecycle.State.CLOSING
                                || (before == Lifecycle.State.OUTPUT_ENDED && input.hasSeenEof())));
        return endedWell ? null : Failure.Broken.by(cause);
    }

    /** The connection has another owner. Returns the futures, which the caller must fail. */
    List<CompletableFuture<Void>> handedOver(Failure reason) {
        outcome = new Outcome(reason);
        access.probe.ended(reason);
        List<CompletableFuture<Void>> waiters = new ArrayList<>(writer.ended(reason));
        waiters.addAll(closeWaiters.release());
        return waiters;
    }
}
