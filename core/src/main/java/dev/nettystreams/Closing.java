package dev.nettystreams;

import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.Timeouts;
import dev.nettystreams.spi.Transport;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection in good order: sends everything written, then the end of the output, and then reads and discards
 * input until the peer has ended too (lingering). If a socket is closed while the peer is still sending, the kernel
 * sends a reset, which destroys bytes that the peer has not read yet.
 *
 * <pre>
 *   IDLE --close()--> SENDING --output finished--> LINGERING --peer's end------------------------------> CLOSED
 *                        |                          |  ^  |\__16 MiB discarded, and more to come--> abort
 *                        |                          |  |  \--5 s of silence--> LAST_LOOK --nothing came--> CLOSED
 *                        |                          |   \______________________/  more came
 *                        |                          \--closeTimeout--> LAST_LOOK --nothing came--> CLOSED
 *                        \--closeTimeout--> abort                              \--more came--> abort
 * </pre>
 *
 * {@code SENDING} goes straight to {@code CLOSED} if the peer has ended before, or if the transport cannot show the end
 * to the peer. In {@code LAST_LOOK} the loop reads its sockets once more. A loop that was held up runs its timers
 * before it reads the bytes that have arrived meanwhile; the silence was then only apparent, and closing would cause a
 * reset. A peer that is still sending at {@code closeTimeout} is reset, and {@code waitClosed} fails and says so.
 *
 * <p>A peer that resets the connection during lingering has ended it: it reads no more bytes.
 *
 * <p>Confined to the connection's loop.
 */
final class Closing {
    /** The value of nginx's {@code lingering_timeout}. */
    static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    static final long MAX_DROPPED_BYTES = 16L << 20;

    private enum Phase {
        IDLE,
        SENDING,
        LINGERING,
        LAST_LOOK,
        CLOSED
    }

    private final Transport transport;
    private final LoopAccess access;
    private final Supplier<StreamLimits> limits;
    private final Consumer<String> abort;
    private Phase phase = Phase.IDLE;
    private Duration timeout = Duration.ZERO; // of this close; set when it begins
    private boolean canLinger;
    private boolean hasPeerEnded;
    private boolean isOutOfTime;
    private int lookCount;
    private long droppedByteCount;
    private Loop.@Nullable Timer deadline;
    private Loop.@Nullable Timer silence;

    /** @param abort aborts the connection for a reason */
    Closing(Transport transport, LoopAccess access, Supplier<StreamLimits> limits, Consumer<String> abort) {
        this.transport = transport;
        this.access = access;
        this.limits = limits;
        this.abort = abort;
    }

    /** @param behindFile runs an action when a {@code writeFile} that is under way has ended, or now */
    void begin(Consumer<Runnable> behindFile) {
        phase = Phase.SENDING;
        timeout = limits.get().closeTimeout();
        deadline = access.schedule(this::outOfTime, Timeouts.saturatedNanos(timeout));
        behindFile.accept(this::finish);
        transport.resumeReading(); // a peer that waits for this side to read would never read the remaining bytes
    }

    private void finish() {
        if (phase == Phase.SENDING) {
            canLinger = transport.finish();
        }
    }

    boolean isUnderWay() {
        return phase != Phase.IDLE;
    }

    /** Returns whether everything was sent, so that the loss of the connection loses no bytes of this side. */
    boolean hasSentAll() {
        return phase == Phase.LINGERING || phase == Phase.LAST_LOOK || phase == Phase.CLOSED;
    }

    /** The transport has sent everything and the end of the output. */
    void outputFinished() {
        if (phase != Phase.SENDING) {
            return;
        }
        if (hasPeerEnded || !canLinger) {
            end();
        } else {
            phase = Phase.LINGERING;
            awaitSilence();
        }
    }

    /** Bytes have arrived that no read will take. */
    void dropped(int byteCount) {
        if (isOutOfTime && phase == Phase.LAST_LOOK) {
            abort("the peer was still sending after " + Timeouts.toText(timeout));
        } else if (phase == Phase.LINGERING || phase == Phase.LAST_LOOK) {
            phase = Phase.LINGERING;
            droppedByteCount += byteCount;
            if (droppedByteCount > MAX_DROPPED_BYTES) {
                abort("the peer went on sending: more than " + MAX_DROPPED_BYTES + " bytes were dropped");
            } else {
                awaitSilence();
            }
        }
    }

    void peerEnded() {
        hasPeerEnded = true;
        if (phase == Phase.LINGERING || phase == Phase.LAST_LOOK) {
            end();
        }
    }

    private void awaitSilence() {
        cancel(silence);
        silence = access.schedule(this::lookOnceMore, SILENCE_NANOS);
    }

    private void outOfTime() {
        if (phase == Phase.SENDING) {
            stop();
            abort.accept("close() did not finish within " + Timeouts.toText(timeout) + ": "
                    + transport.pendingByteCount() + " bytes unsent");
        } else if (phase == Phase.LINGERING || phase == Phase.LAST_LOOK) {
            isOutOfTime = true;
            lookOnceMore();
        }
    }

    private void lookOnceMore() {
        phase = Phase.LAST_LOOK;
        cancel(silence);
        int look = ++lookCount;
        access.submitYielding(() -> looked(look));
    }

    /** Only the latest look counts: bytes may have arrived since an earlier one. */
    private void looked(int look) {
        if (phase == Phase.LAST_LOOK && look == lookCount) {
            end();
        }
    }

    private void end() {
        stop();
        transport.close();
    }

    private void abort(String reason) {
        stop();
        abort.accept("close() ended with a reset, which may have destroyed what the peer had not read: " + reason);
    }

    /** The connection is gone, or about to be. */
    void stop() {
        phase = Phase.CLOSED;
        cancel(deadline);
        cancel(silence);
    }

    private static void cancel(Loop.@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }
}
