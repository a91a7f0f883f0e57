package dev.nettystreams;

import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.Timeouts;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code detach}: the caller's future, and the order in which the wire changes hands.
 *
 * <pre>
 *   the call (any thread): no read may be pending, and from now on reads and writes are refused
 *     |  on the loop
 *   FLUSHING     reading is stopped, and everything written is sent
 *     |                        \
 *   HANDED OVER: the caller     not sent within closeTimeout, lost, cancelled, closed:
 *   gets the unread bytes       the connection is aborted
 * </pre>
 *
 * <p>Confined to the connection's loop, except for the future.
 */
final class Detachment extends Claimable<byte[]> {
    private final StreamCore core;
    private Loop.@Nullable Timer timer;

    private Detachment(StreamCore core) {
        this.core = core;
    }

    /** Any thread. */
    static Detachment begin(StreamCore core) {
        core.input.refuseIfBusy("detach");
        if (core.lifecycle.move(Lifecycle.Event.DETACH) == null) {
            core.lifecycle.refuseWrite("detach");
            throw new StreamClosedException("detach() called on a connection that is " + core.lifecycle.state());
        }
        Detachment run = new Detachment(core);
        core.access.submit(run::flush, run);
        return run;
    }

    @Override
    @Nullable
    Loop clock() {
        return core.loop.hasOwnClock() ? core.loop : null;
    }

    private void flush() {
        core.input.stopReading();
        core.writer.seal();
        timer = core.access.schedule(
                this::timedOut, Timeouts.saturatedNanos(core.limits().closeTimeout()));
        core.output.flush().whenComplete((done, failure) -> core.input.whenOwned(() -> flushed(failure)));
    }

    private void timedOut() {
        if (core.lifecycle.move(Lifecycle.Event.GIVE_UP) != null) {
            core.ending.abort(new Failure.Broken(
                    "detach() did not finish within "
                            + Timeouts.toText(core.limits().closeTimeout()) + ": " + core.transport.pendingByteCount()
                            + " bytes unsent",
                    null));
        }
    }

    /**
     * Claims the future first: if the caller has cancelled it, the wire has no next owner, and the connection is
     * aborted.
     */
    private void flushed(@Nullable Throwable failure) {
        if (timer != null) {
            timer.cancel();
        }
        if (!claim()) {
            core.ending.giveUp(new Failure.ClosedHere("detach() was cancelled"));
        } else if (failure != null) {
            core.ending.giveUp(Failure.Broken.by(failure));
            fail(failure);
        } else if (core.lifecycle.move(Lifecycle.Event.HAND_OVER) == null) {
            fail(new StreamClosedException("the connection was closed during detach()"));
        } else {
            handOver();
        }
    }

    private void handOver() {
        core.transport.detach();
        Failure reason = new Failure.ClosedHere("the connection was handed back by detach()");
        List<CompletableFuture<Void>> waiters = core.ending.handedOver(reason);
        succeed(core.input.takeEverything(reason));
        Waiters.fail(waiters, reason);
    }
}
