package dev.nettystreams;

import dev.nettystreams.flight.Flight;
import dev.nettystreams.flight.HandshakeSpan;
import dev.nettystreams.flight.LoopSpan;
import dev.nettystreams.flight.Recorded;
import dev.nettystreams.flight.Span;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The place at which a connection is observed: the streams tell it what happens, and it counts, records an event of
 * Flight Recorder if that event is on, and times turns for debug mode.
 *
 * <p>With all events off it allocates nothing, and reads a clock only when the connection opens and when a wait or a
 * pause begins, so that a recording that begins later tells how long it has lasted. The duration of an event is
 * measured from the moment at which the event was on.
 *
 * <p>Confined to the connection's loop, except for the methods of {@link Recorded} and those marked "any thread".
 */
final class ConnectionProbe implements Recorded {
    private static final AtomicLong LAST_ID = new AtomicLong();

    final ConnectionMetrics metrics = new ConnectionMetrics();
    private final StreamCore core;
    private final long id = LAST_ID.incrementAndGet();
    private final long openedMillis = System.currentTimeMillis();

    /** Null unless debug mode is on. */
    private final DebugMode.@Nullable TurnTimes times;

    /** The thread that runs the connection's handler on the loop. Read racily: it only names a thread. */
    private @Nullable Thread handlerThread;

    // Null while nothing of the kind goes on, and if its event was off when it began.
    private @Nullable Span life;
    private @Nullable Span pause;
    private @Nullable Span stall;
    private @Nullable Span flush;
    private @Nullable HandshakeSpan handshake;

    private boolean isHandshaking;
    private @Nullable LoopSpan turn; // used again for each turn that is timed
    private int turnDepth; // of the turns that are timed: a turn may contain another one

    private volatile int drainsWaiting; // written on the loop
    private volatile long pausedSinceNanos = Flight.UNKNOWN; // written on the loop
    private volatile long waitingSinceNanos = Flight.UNKNOWN; // written on the loop
    private volatile long flushingSinceNanos = Flight.UNKNOWN; // written on the loop

    ConnectionProbe(StreamCore core) {
        this.core = core;
        this.times = DebugMode.TurnTimes.of(core::toString);
    }

    // ---- the connection

    /** Any thread, before the connection's first event. */
    void opened() {
        life = Flight.lifeBegins();
        Flight.connectionOpened(this);
    }

    /** @param reason why the connection has ended; null if it ended in good order */
    void ended(@Nullable Failure reason) {
        String cause = reason == null ? "closed" : reason.message();
        readGoesOn(cause);
        drainsDone(cause);
        flushesDone(cause);
        Span begun = life;
        life = null;
        Flight.connectionEnded(this, begun, cause);
    }

    // ---- turns

    void turnBegins() {
        if (times != null) {
            times.begin();
        }
        if (Flight.isTimingLoops() && turnDepth++ == 0) {
            turn = Flight.holdBegins(turn);
        }
    }

    void turnEnds() {
        if (times != null) {
            times.end();
        }
        if (turnDepth > 0 && --turnDepth == 0 && turn != null) {
            turn.finishTurn(this);
        }
    }

    /** A thread that the loop carries runs the handler, or other code that was started for this connection. */
    void runsOn(Thread thread) {
        handlerThread = thread;
    }

    // ---- backpressure

    void readPaused(long bufferedByteCount) {
        metrics.readPaused();
        pause = Flight.readPaused(bufferedByteCount);
        pausedSinceNanos = System.nanoTime();
    }

    /** @param why why the pause has ended, if it was one that {@link #readPaused} has told of */
    void readGoesOn(String why) {
        if (pausedSinceNanos == Flight.UNKNOWN) {
            return;
        }
        pausedSinceNanos = Flight.UNKNOWN;
        Span begun = pause;
        if (begun != null) {
            pause = null;
            begun.finish(this, why);
        }
    }

    void drainWaits() {
        metrics.drainWaits();
        int before = drainsWaiting;
        drainsWaiting = before + 1;
        if (before == 0) {
            stall = Flight.drainWaits(this);
            waitingSinceNanos = System.nanoTime();
        }
    }

    /** No {@code drain} waits any more. */
    void drainsDone(String why) {
        if (drainsWaiting == 0) {
            return;
        }
        drainsWaiting = 0;
        waitingSinceNanos = Flight.UNKNOWN;
        Span begun = stall;
        if (begun != null) {
            stall = null;
            begun.finish(this, why);
        }
    }

    /** A {@code flush}, or a piece of a file, waits; no other one does. */
    void flushWaits() {
        flush = Flight.flushWaits(this);
        flushingSinceNanos = System.nanoTime();
    }

    /** No {@code flush} and no piece of a file waits any more. */
    void flushesDone(String why) {
        if (flushingSinceNanos == Flight.UNKNOWN) {
            return;
        }
        flushingSinceNanos = Flight.UNKNOWN;
        Span begun = flush;
        if (begun != null) {
            flush = null;
            begun.finish(this, why);
        }
    }

    // ---- TLS

    void handshakeBegins(TlsUpgrade upgrade) {
        metrics.handshakeBegins();
        isHandshaking = true;
        handshake = Flight.handshakeBegins(upgrade::engineName);
    }

    void handshakeDone(TlsSession session) {
        HandshakeSpan begun = handshake;
        isHandshaking = false;
        handshake = null;
        if (begun != null) {
            begun.negotiated(
                    session.protocol(), session.cipherSuite(), session.applicationProtocol(), session.isReused());
            begun.finish(this, "secured");
        }
    }

    /** Has no effect if no handshake is under way. */
    void handshakeFailed(String why) {
        if (!isHandshaking) {
            return;
        }
        isHandshaking = false;
        metrics.handshakeFails();
        HandshakeSpan begun = handshake;
        handshake = null;
        if (begun != null) {
            begun.finish(this, why);
        }
    }

    // ---- the handler

    /** Any thread. */
    void handlerFailed(Throwable failure) {
        Flight.handlerFailed(this, failure);
    }

    // ---- asked by events, any thread

    @Override
    public long id() {
        return id;
    }

    @Override
    public String peerAddress() {
        return core.peerName();
    }

    @Override
    public String localAddress() {
        Object own = core.transport.extraInfo("sockname");
        return own == null ? "unknown" : own.toString();
    }

    @Override
    public String state() {
        return core.lifecycle.state().toString();
    }

    @Override
    public long openedMillis() {
        return openedMillis;
    }

    @Override
    public long bytesRead() {
        return metrics.bytesRead();
    }

    @Override
    public long bytesWritten() {
        return metrics.bytesWritten();
    }

    @Override
    public long readsPaused() {
        return metrics.readsPaused();
    }

    @Override
    public long drainsWaited() {
        return metrics.drainsWaited();
    }

    @Override
    public long bufferedByteCount() {
        return core.input.bufferedByteCount();
    }

    @Override
    public long pendingByteCount() {
        return core.writer.pendingByteCount();
    }

    @Override
    public boolean isReadPaused() {
        return core.isReadPaused();
    }

    @Override
    public int drainsWaiting() {
        return drainsWaiting;
    }

    @Override
    public long pausedNanos() {
        return since(pausedSinceNanos);
    }

    @Override
    public long waitingNanos() {
        return since(waitingSinceNanos);
    }

    @Override
    public long flushingNanos() {
        return since(flushingSinceNanos);
    }

    private static long since(long beginNanos) {
        return beginNanos == Flight.UNKNOWN ? Flight.UNKNOWN : System.nanoTime() - beginNanos;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a subclass of Thread may override equals
    public boolean isServedBy(Thread thread) {
        return thread == handlerThread || core.access.isResident(thread);
    }
}
