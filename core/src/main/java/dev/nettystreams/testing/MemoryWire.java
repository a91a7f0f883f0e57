package dev.nettystreams.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a {@link MemoryPair}: a bounded queue of bytes in flight, and how it ends. It stands for both operating systems
 * and what is between them.
 *
 * <p>An end, in order or not, comes behind the bytes in flight. A receiver that has gone makes the next bytes sent to it reset
 * their sender, as TCP does.
 *
 * <p>Any thread may call any method.
 */
public final class MemoryWire {
    private static final long NEVER = Long.MAX_VALUE;

    enum End {
        OPEN,
        FINISHED,
        RESET
    }

    /** Shared with the reverse wire: what drops a connection ends both directions at once. Guards every field below. */
    private final Object lock;

    private @Nullable MemoryWire reverse;
    private final byte[] ring;
    private int head;
    private int inFlight;
    private End end = End.OPEN;
    private IOException resetCause = new IOException("connection reset by peer");
    private boolean isStalled;
    private boolean isReceiverGone;
    private boolean isSenderWaiting;
    private long dropAt = NEVER;
    private long truncateAt = NEVER;
    private Runnable onReadable = () -> {};
    private Runnable onRoom = () -> {};
    private long delivered;
    private long writes;
    private long flushes;
    private long pauses;
    private long resumes;

    MemoryWire(int capacityBytes) {
        this(capacityBytes, new Object());
    }

    private MemoryWire(int capacityBytes, Object lock) {
        this.ring = new byte[capacityBytes];
        this.lock = lock;
    }

    MemoryWire newReverse() {
        MemoryWire other = new MemoryWire(ring.length, lock);
        other.reverse = this;
        reverse = other;
        return other;
    }

    // ---- what a test orders

    /** Stops everything: no byte gets in or out, and no end is seen, until {@link #release}. */
    public void stall() {
        synchronized (lock) {
            isStalled = true;
        }
    }

    /** Lets everything move again. */
    public void release() {
        synchronized (lock) {
            isStalled = false;
            signalBoth();
        }
    }

    /**
     * Drops the connection, both directions, behind a byte of this one.
     *
     * @param byteCount how many bytes the receiver gets in all, counted from the beginning of the connection
     */
    public void dropAfter(long byteCount) {
        synchronized (lock) {
            dropAt = byteCount;
            cutWhereDue();
        }
    }

    /** Drops the connection now, both directions and what is in flight in them, stalled or not. */
    public void drop() {
        synchronized (lock) {
            dropNow();
        }
    }

    /**
     * Ends this direction as if in good order, behind a byte of it; what is sent afterwards disappears.
     *
     * @param byteCount how many bytes the receiver gets in all, counted from the beginning of the connection
     */
    public void truncateAfter(long byteCount) {
        synchronized (lock) {
            truncateAt = byteCount;
            cutWhereDue();
        }
    }

    /**
     * What has happened so far.
     *
     * @return the figures of this moment
     */
    public WireCounts counts() {
        synchronized (lock) {
            return new WireCounts(writes, flushes, pauses, resumes, delivered, inFlight);
        }
    }

    // ---- the sender

    /** @param onRoom runs under the lock and must only submit a task */
    void attachSender(Runnable onRoom) {
        synchronized (lock) {
            this.onRoom = onRoom;
        }
    }

    /** Takes bytes off a buffer, as many as there is room for but at most {@code most}; {@code onRoom} follows if that was fewer. */
    int put(ByteBuffer source, int most) {
        synchronized (lock) {
            if (isReceiverGone && reverse != null) {
                reverse.end(End.RESET);
                return 0;
            }
            if (end == End.FINISHED) { // truncated: the sender is not to notice
                source.position(source.position() + most);
                return most;
            }
            if (end == End.RESET) {
                return 0;
            }
            int byteCount = isStalled ? 0 : Math.min(most, ring.length - inFlight);
            isSenderWaiting = byteCount < most;
            int from = (head + inFlight) % ring.length;
            int first = Math.min(byteCount, ring.length - from);
            source.get(ring, from, first);
            source.get(ring, 0, byteCount - first);
            inFlight += byteCount;
            if (byteCount > 0) {
                onReadable.run();
            }
            return byteCount;
        }
    }

    void end(End how) {
        synchronized (lock) {
            if (end == End.OPEN || how == End.RESET) {
                end = how;
                onReadable.run();
            }
        }
    }

    void countWrite() {
        synchronized (lock) {
            writes++;
        }
    }

    void countFlush() {
        synchronized (lock) {
            flushes++;
        }
    }

    // ---- the receiver

    /** @param onReadable runs under the lock and must only submit a task */
    void attachReceiver(Runnable onReadable) {
        synchronized (lock) {
            this.onReadable = onReadable;
            onReadable.run();
        }
    }

    /** Moves bytes to an array; zero if there are none to be had now. */
    int take(byte[] target) {
        synchronized (lock) {
            if (isStalled) {
                return 0;
            }
            long mayDeliver = Math.min(dropAt, truncateAt) - delivered;
            int byteCount = (int) Math.min(mayDeliver, Math.min(target.length, inFlight));
            int first = Math.min(byteCount, ring.length - head);
            System.arraycopy(ring, head, target, 0, first);
            System.arraycopy(ring, 0, target, first, byteCount - first);
            head = (head + byteCount) % ring.length;
            inFlight -= byteCount;
            delivered += byteCount;
            cutWhereDue();
            if (isSenderWaiting && ring.length - inFlight >= (ring.length + 1) / 2) {
                onRoom.run();
            }
            return byteCount;
        }
    }

    /** Whether a take would give something. */
    boolean isReadable() {
        synchronized (lock) {
            return inFlight > 0 && !isStalled;
        }
    }

    /** How the direction ended, once everything before the end is taken. */
    End visibleEnd() {
        synchronized (lock) {
            return isStalled || inFlight > 0 ? End.OPEN : end;
        }
    }

    /** Whether bytes are pushed at a receiver that has paused, since the connection is no more. */
    boolean isReset() {
        synchronized (lock) {
            return end == End.RESET;
        }
    }

    IOException resetCause() {
        synchronized (lock) {
            return resetCause;
        }
    }

    void receiverGone() {
        synchronized (lock) {
            isReceiverGone = true;
            inFlight = 0;
            onRoom.run();
        }
    }

    void countPause() {
        synchronized (lock) {
            pauses++;
        }
    }

    void countResume() {
        synchronized (lock) {
            resumes++;
        }
    }

    // ---- under the lock

    private void cutWhereDue() {
        if (delivered >= dropAt) {
            dropAt = NEVER;
            dropNow();
        } else if (delivered >= truncateAt) {
            truncateAt = NEVER;
            inFlight = 0;
            end = End.FINISHED;
            signalBoth();
        }
    }

    private void dropNow() {
        reset(new IOException("connection dropped by the test"));
        if (reverse != null) {
            reverse.reset(new IOException("connection dropped by the test"));
        }
    }

    private void reset(IOException cause) {
        isStalled = false;
        inFlight = 0;
        end = End.RESET;
        resetCause = cause;
        signalBoth();
    }

    private void signalBoth() {
        onReadable.run();
        onRoom.run();
    }
}
