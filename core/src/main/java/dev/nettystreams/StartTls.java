package dev.nettystreams;

import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.StageFailures;
import dev.nettystreams.spi.Timeouts;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code startTls}: the order in which plaintext ends and TLS starts. The {@link TlsUpgrade} contains TLS
 * itself.
 *
 * <pre>
 *   the call (any thread): no read may be pending; this future takes the reader's only slot, and writes are refused
 *     |  on the loop
 *   PREPARING     the upgrade creates the state that all connections share, where blocking does no harm
 *     |
 *   FLUSHING      reading is stopped, then the last plaintext is written, and nothing after it
 *     |  all of it is sent
 *   the switch, in one task: the unread bytes are refused, discarded or handed over; TLS is inserted;
 *     |                      reading resumes below it
 *     |
 *   HANDSHAKING   decrypted bytes are delivered only when it is done
 *     |                        \
 *   SECURED: reads, writes      failed, timed out, cancelled, closed, input ended, connection lost:
 *   go on, under TLS            the connection is aborted; pending and later operations fail with the reason
 * </pre>
 *
 * Reading stops before the go-ahead is sent, so at the switch the peer's answer to it is either in the operating system
 * or in the queue; no byte can slip between the queue and the TLS layer. There is no way back to plaintext.
 *
 * <p>Confined to the connection's loop, except for the future.
 */
final class StartTls extends Claimable<TlsSession> implements Occupant {
    private static final byte[] NOTHING = {};

    private final StreamCore core;
    private final TlsUpgrade upgrade;
    private final byte[] lastPlaintext;
    private Loop.@Nullable Timer deadline;
    private boolean isSettledHere;
    private boolean hasSwitched;

    private StartTls(StreamCore core, TlsUpgrade upgrade, byte[] lastPlaintext) {
        this.core = core;
        this.upgrade = upgrade;
        this.lastPlaintext = lastPlaintext.clone();
    }

    /** Any thread. */
    static StartTls begin(StreamCore core, TlsUpgrade upgrade, byte[] lastPlaintext) {
        core.lifecycle.refuseWrite("startTls");
        StartTls run = new StartTls(core, upgrade, lastPlaintext);
        core.input.occupy(run);
        if (core.lifecycle.move(Lifecycle.Event.START_TLS) == null && core.lifecycle.refusesWrites()) {
            run.cancel(false); // frees the reader
            core.lifecycle.refuseWrite("startTls");
        }
        core.access.submit(() -> core.input.whenOwned(run::begin), run);
        return run;
    }

    @Override
    @Nullable
    Loop clock() {
        return core.loop.hasOwnClock() ? core.loop : null;
    }

    private void begin() {
        whenComplete((session, failure) -> core.access.run(this::endIfCalledOff));
        if (isDone()) {
            return;
        }
        if (core.input.isOver()) {
            inputEnded(core.input.failure());
            return;
        }
        core.probe.handshakeBegins(upgrade);
        startDeadline(upgrade.handshakeTimeout());
        CompletionStage<?> prepared;
        try {
            prepared = upgrade.prepare();
        } catch (Throwable e) { // any exception means that there is no TLS
            failWith(e);
            return;
        }
        prepared.whenComplete((ready, failure) -> core.access.run(() -> prepared(failure)));
    }

    private void prepared(@Nullable Throwable failure) {
        if (failure != null) {
            failWith(StageFailures.unwrapped(failure));
            return;
        }
        if (isDone()) {
            return;
        }
        core.input.stopReading();
        core.output.suspendBehind(lastPlaintext).whenComplete((done, lost) -> {
            if (lost == null) {
                switchOver();
            } else {
                failWith(lost);
            }
        });
    }

    private void switchOver() {
        if (isDone()) {
            return;
        }
        LeftoverPolicy policy = upgrade.leftoverPolicy();
        byte[] unread = core.input.takeLeftover();
        hasSwitched = true;
        if (refuseInjected(unread)) {
            return;
        }
        CompletionStage<TlsSession> handshake;
        try {
            core.transport.beginTls();
            handshake = upgrade.apply(core.transport, policy == LeftoverPolicy.HAND_OVER ? unread : NOTHING);
        } catch (Throwable e) { // after any exception there is no way back
            failWith(e);
            return;
        }
        core.input.goOnReading();
        handshake.whenComplete((session, failure) -> core.access.run(() -> handshaken(session, failure)));
    }

    /** Fails the upgrade if there are bytes that its policy refuses; returns whether it did. */
    private boolean refuseInjected(byte[] unread) {
        boolean isInjected = unread.length > 0 && upgrade.leftoverPolicy() == LeftoverPolicy.REFUSE;
        if (isInjected) {
            failWith(new PlaintextInjectionException(unread.length));
        }
        return isInjected;
    }

    private void handshaken(@Nullable TlsSession session, @Nullable Throwable failure) {
        if (failure != null) {
            failWith(nameLoss(StageFailures.unwrapped(failure)));
        } else if (session == null) {
            failWith(new SSLHandshakeException("the upgrade returned no session: " + upgrade));
        } else if (claim()) {
            settle();
            if (core.secured(session)) {
                core.probe.handshakeDone(session);
                succeed(session);
            } else {
                core.probe.handshakeFailed("closed meanwhile");
                fail(new StreamClosedException("the connection was closed during startTls()"));
            }
        }
    }

    /** An exception of the wire, such as a reset, is a loss of the connection, as it is without TLS. */
    private static Throwable nameLoss(Throwable failure) {
        boolean isOfTheWire = failure instanceof IOException
                && !(failure instanceof SSLException)
                && !(failure instanceof StreamBrokenException);
        return isOfTheWire ? Failure.Broken.by(failure).newException() : failure;
    }

    /** Returns whether the bytes that arrive from now on are those under TLS. */
    boolean hasSwitched() {
        return hasSwitched;
    }

    @Override
    public String method() {
        return "startTls";
    }

    @Override
    public void advance(Input input) {
        if (input.isOver()) {
            inputEnded(input.failure());
        }
    }

    /** Buffers the bytes; the switch decides about them. */
    @Override
    public boolean arrived(Chunk chunk, Input input) {
        return false;
    }

    /** @param reason null if the peer has ended its output */
    private void inputEnded(@Nullable Failure reason) {
        byte[] unread = core.input.takeLeftover();
        if (reason == null && !refuseInjected(unread)) {
            failWith(new StreamBrokenException("the input ended before TLS was established", null));
        } else if (reason != null && claim()) {
            settle();
            core.probe.handshakeFailed(reason.message());
            fail(reason.newException());
        }
    }

    private void failWith(Throwable cause) {
        if (claim()) {
            settle();
            core.probe.handshakeFailed(cause.toString());
            dropPlaintext();
            core.upgradeFailed(new Failure.Broken("startTls() failed: " + cause, cause));
            fail(cause);
        }
    }

    /** Ends the connection if the caller has cancelled or completed the future: half an upgrade is no connection. */
    private void endIfCalledOff() {
        if (!isSettledHere) {
            settle();
            core.probe.handshakeFailed("cancelled");
            dropPlaintext();
            core.upgradeFailed(new Failure.ClosedHere("startTls() was cancelled by its caller"));
        }
    }

    /** Discards plaintext that was to be refused or handed over: no read after a failed upgrade may return it. */
    private void dropPlaintext() {
        core.input.whenOwned(core.input::takeLeftover);
    }

    private void settle() {
        isSettledHere = true;
        core.input.release(this);
        if (deadline != null) {
            deadline.cancel();
            deadline = null;
        }
    }

    private void startDeadline(Duration timeout) {
        try {
            deadline = core.loop.schedule(
                    () -> failWith(
                            new SSLHandshakeException("startTls() did not finish within " + Timeouts.toText(timeout))),
                    Timeouts.saturatedNanos(timeout));
        } catch (RejectedExecutionException e) {
            deadline = null; // the loop is ending, and every connection with it
        }
    }
}
