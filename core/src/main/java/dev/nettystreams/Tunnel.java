package dev.nettystreams;

import dev.nettystreams.spi.IdleWatch;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.Timeouts;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Two connections as one: {@link StreamConnection#relay}. It owns both.
 *
 * <pre>
 *   BOTH WAYS --the client ends--> SERVER ONLY --the server ends--> DONE: both are closed
 *       |     --the server ends--> CLIENT ONLY --the client ends--> DONE
 *       |                              \__at once, if the client cannot be told of the end
 *       |
 *       \__a loss, the idle timeout, a cancellation; too long in SERVER ONLY, if the server cannot be told__--> ABORTED
 *          both, so that no peer takes the loss for an orderly end
 * </pre>
 *
 * <p>A peer can be told of an end if its connection supports half-close. TLS 1.2 and BoringSSL do not. A client that
 * has all of the answer is closed then; a server that may still be answering gets {@value #LINGER_SECONDS} s.
 *
 * <p>The two relays run on the loops of their sources, and so do the callbacks here; {@link Claimable} decides which of
 * them ends the tunnel.
 */
final class Tunnel extends Claimable<RelayCounts> {
    private static final int LINGER_SECONDS = 60;

    private final StreamCore client;
    private final StreamCore server;
    private final Relay there;
    private final Relay back;
    private volatile boolean isSettledHere;

    // On the client's loop.
    private final @Nullable IdleWatch idleWatch;
    private Loop.@Nullable Timer lingering;

    private Tunnel(StreamCore client, StreamCore server, @Nullable Duration idleTimeout) {
        this.client = client;
        this.server = server;
        this.there = new Relay("relay", client.input, server);
        this.back = new Relay("relay", server.input, client);
        this.idleWatch = idleTimeout == null ? null : idleWatch(idleTimeout);
    }

    /** Any thread. */
    static Tunnel begin(StreamCore client, StreamCore server, @Nullable Duration idleTimeout) {
        if (client == server) {
            throw new IllegalArgumentException(
                    "relay() called with one connection for both sides: StreamConnection[" + client + "]");
        }
        Tunnel tunnel = new Tunnel(client, server, idleTimeout);
        tunnel.there.occupy();
        try {
            tunnel.back.occupy();
        } catch (RuntimeException e) { // a read of the server is pending
            tunnel.there.cancel(false);
            throw e;
        }
        tunnel.there.start();
        tunnel.back.start();
        tunnel.watch();
        return tunnel;
    }

    @Override
    @Nullable
    Loop clock() {
        Loop loop = client.loop;
        return loop.hasOwnClock() ? loop : null;
    }

    private void watch() {
        boolean canTellClient = client.canWriteEof();
        boolean canTellServer = server.canWriteEof();
        there.whenComplete((byteCount, failure) -> {
            if (failure != null) {
                abort(failure);
            } else if (isClosedHere(client)) {
                abort(closedHere());
            } else if (back.isDone()) {
                finish();
            } else if (!canTellServer) {
                client.access.run(this::linger);
            }
        });
        back.whenComplete((byteCount, failure) -> {
            if (failure != null) {
                abort(failure);
            } else if (isClosedHere(server)) {
                abort(closedHere());
            } else if (there.isDone() || !canTellClient) {
                finish();
            }
        });
        client.waitClosed().whenComplete((closed, failure) -> ended(client, failure));
        server.waitClosed().whenComplete((closed, failure) -> ended(server, failure));
        whenComplete((counts, failure) -> {
            if (!isSettledHere) {
                abortBoth(); // cancelled, or completed otherwise by its holder
            }
            client.access.run(this::stopTimers);
        });
        if (idleWatch != null) {
            client.access.run(idleWatch::start);
        }
    }

    /** A side that has ended its output may be lost, or closed here, without any read or write to notice it. */
    private void ended(StreamCore side, @Nullable Throwable failure) {
        if (failure != null) {
            abort(failure);
        } else if (isClosedHere(side)) {
            abort(closedHere());
        }
    }

    /** Returns whether the program has closed a side, whose input then ends as at the peer's EOF. */
    private static boolean isClosedHere(StreamCore side) {
        Lifecycle.State state = side.lifecycle.state();
        return state == Lifecycle.State.CLOSING || state == Lifecycle.State.CLOSED;
    }

    private static StreamClosedException closedHere() {
        return new StreamClosedException("close() was called during relay()");
    }

    private void finish() {
        if (claim()) {
            isSettledHere = true;
            there.cancel(false);
            client.close();
            server.close();
            succeed(new RelayCounts(there.movedByteCount(), back.movedByteCount()));
        }
    }

    private void abort(Throwable reason) {
        if (claim()) {
            isSettledHere = true;
            abortBoth();
            fail(reason);
        }
    }

    private void abortBoth() {
        client.abort();
        server.abort();
    }

    // ---- time, on the client's loop

    private IdleWatch idleWatch(Duration timeout) {
        return new IdleWatch(
                client.loop,
                timeout,
                () -> true,
                () -> there.movedByteCount() + back.movedByteCount(),
                () -> abort(
                        new TimeoutException("no byte passed in either direction within " + Timeouts.toText(timeout))));
    }

    private void linger() {
        if (isDone()) {
            return;
        }
        try {
            lingering = client.loop.schedule(
                    () -> abort(new TimeoutException(
                            "the server did not end within " + LINGER_SECONDS + " s after the client")),
                    TimeUnit.SECONDS.toNanos(LINGER_SECONDS));
        } catch (RejectedExecutionException e) {
            lingering = null; // the loop is ending, and the connection with it
        }
    }

    private void stopTimers() {
        if (idleWatch != null) {
            idleWatch.stop();
        }
        if (lingering != null) {
            lingering.cancel();
        }
    }
}
