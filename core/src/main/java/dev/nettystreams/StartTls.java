package dev.nettystreams;

import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.Timeouts;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code startTls}: the order in which plaintext ends and TLS begins. What TLS is, the {@link TlsUpgrade} knows.
 *
 * <pre>
 *   the call (any thread): no read may be pending; this future takes the reader's only slot, and writes are refused
 *     |  on the loop
 *   PREPARING     the upgrade makes what all connections share, where blocking is no harm
 *     |
 *   FLUSHING      reading is stopped, then the last plaintext written, and nothing behind it
 *     |  all of it is sent
 *   the switch, in one task: the unread bytes are refused, dropped or handed over; the upgrade is put in; reading goes on below it
 *     |
 *   HANDSHAKING   decrypted bytes come only when it is done
 *     |                        \
 *   SECURED: reads, writes      failed, timed out, cancelled, closed, input ended, connection lost:
 *   go on, under TLS            the connection is aborted; what waits and what comes later fails with the reason
 * </pre>
 *
 * Reading stops before the go-ahead is sent, so that what comes in answer to it is in the system's hands or in the queue when the switch is
 * made; between the queue and the TLS layer there is no moment. There is no way back to plaintext.
 *
 * <p>Confined to the connection's loop, save the future.
 */
final class StartTls extends Claimable<TlsSession> implements Occupant {
    private static final byte[] NOTHING = {};

    private final StreamCore core;
    private final TlsUpgrade upgrade;
    private final byte[] lastPlaintext;
    private Loop.@Nullable Timer deadline;
    private boolean isSettledHere;

    StartTls(StreamCore core, TlsUpgrade upgrade, byte[] lastPlaintext) {
        this.core = core;
        this.upgrade = upgrade;
        this.lastPlaintext = lastPlaintext.clone();
    }

    void begin() {
        CompletionStage<TlsSession> outcome = this;
        outcome.whenComplete((session, failure) -> core.access.run(this::endIfCalledOff));
        if (isDone()) {
            return;
        }
        if (core.input.isOver()) {
            inputEnded(core.input.failure());
            return;
        }
        startDeadline(upgrade.handshakeTimeout());
        CompletionStage<?> prepared;
        try {
            prepared = upgrade.prepare();
        } catch (Throwable e) { // whatever it is, there is no TLS
            failWith(e);
            return;
        }
        prepared.whenComplete((ready, failure) -> core.access.run(() -> prepared(failure)));
    }

    private void prepared(@Nullable Throwable failure) {
        if (failure != null) {
            failWith(Repeat.unwrapped(failure));
            return;
        }
        if (isDone()) {
            return;
        }
        core.input.stopReading();
        CompletionStage<Void> sent = core.output.suspendBehind(lastPlaintext);
        sent.whenComplete((done, lost) -> {
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
        if (refuseInjected(unread)) {
            return;
        }
        CompletionStage<TlsSession> handshake;
        try {
            core.transport.beginTls();
            handshake = upgrade.apply(core.transport, policy == LeftoverPolicy.HAND_OVER ? unread : NOTHING);
        } catch (Throwable e) { // whatever it is, there is no way back
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
            failWith(Repeat.unwrapped(failure));
        } else if (session == null) {
            failWith(new SSLHandshakeException("the upgrade has given no session: " + upgrade));
        } else if (claim()) {
            settle();
            if (core.secured(session)) {
                succeed(session);
            } else {
                fail(new StreamClosedException("the connection was closed during startTls()"));
            }
        }
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

    /** The switch decides about it. */
    @Override
    public boolean arrived(Chunk chunk, Input input) {
        return false;
    }

    /** @param reason null if the peer has ended its output */
    private void inputEnded(@Nullable Failure reason) {
        byte[] unread = core.input.takeLeftover();
        if (reason == null && !refuseInjected(unread)) {
            failWith(new StreamBrokenException("the input ended before TLS was there", null));
        } else if (reason != null && claim()) {
            settle();
            fail(reason.newException());
        }
    }

    private void failWith(Throwable cause) {
        if (claim()) {
            settle();
            dropPlaintext();
            core.upgradeFailed(new Failure.Broken("startTls() failed: " + cause, cause));
            fail(cause);
        }
    }

    /** Its holder has cancelled it or completed it: half an upgrade is no connection. */
    private void endIfCalledOff() {
        if (!isSettledHere) {
            settle();
            dropPlaintext();
            core.upgradeFailed(new Failure.ClosedHere("startTls() was called off by its caller"));
        }
    }

    /** What was to be refused or handed over is not to be read instead by whoever goes on after a failure. */
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
            deadline = null; // the loop is ending, and with it every connection
        }
    }
}
