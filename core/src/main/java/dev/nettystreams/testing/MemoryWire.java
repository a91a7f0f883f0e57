package dev.nettystreams.testing;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a {@link MemoryPair}: a bounded queue of bytes in flight, and its end. It stands for both operating
 * systems and the network between them.
 *
 * <p>An end, orderly or not, follows the bytes in flight. If the receiver is gone, the next bytes sent to it reset
 * their sender, as in TCP.
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

    /**
     * Shared with the reverse wire, because a dropped connection ends both directions at once. Guards every field
     * below.
     */
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

    // ---- faults on demand

    /** Stops this wire: until {@link #release}, no byte gets in or out and the receiver sees no end. */
    public void stall() {
        synchronized (lock) {
            isStalled = true;
        }
    }

    /** Ends a {@link #stall}. */
    public void release() {
        synchronized (lock) {
            isStalled = false;
            signalBoth();
        }
    }

    /**
     * Drops the connection in both directions after the given byte of this one.
     *
     * @param byteCount the total number of bytes that the receiver gets, counted from the start of the connection
     */
    public void dropAfter(long byteCount) {
        synchronized (lock) {
            dropAt = byteCount;
            cutWhereDue();
        }
    }

    /** Drops the connection now, in both directions, with the bytes in flight, whether or not a wire is stalled. */
    public void drop() {
        synchronized (lock) {
            dropNow();
        }
    }

    /**
     * Ends this direction after the given byte as if the sender had ended it; bytes that the sender writes later
     * disappear.
     *
     * @param byteCount the total number of bytes that the receiver gets, counted from the start of the connection
     */
    public void truncateAfter(long byteCount) {
        synchronized (lock) {
            truncateAt = byteCount;
            cutWhereDue();
        }
    }

    /**
     * Returns the activity of this wire so far.
     *
     * @return the current counts
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

    /**
     * Takes up to {@code most} bytes from a buffer, as far as there is room. If it took fewer, {@code onRoom} runs
     * later.
     */
    int put(ByteBuffer source, int most) {
        synchronized (lock) {
            if (isReceiverGone && reverse != null) {
                reverse.end(End.RESET);
                return 0;
            }
            if (end == End.FINISHED) { // truncated: the sender must not notice
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

    /** Moves bytes to an array; returns zero if none are available now. */
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

    /** Returns whether {@link #take} would return any bytes. */
    boolean isReadable() {
        synchronized (lock) {
            return inFlight > 0 && !isStalled;
        }
    }

    /** Returns how this direction has ended, once all bytes before the end have been taken. */
    End visibleEnd() {
        synchronized (lock) {
            return isStalled || inFlight > 0 ? End.OPEN : end;
        }
    }

    /**
     * Returns whether the connection was reset, in which case bytes are delivered even to a receiver that has paused.
     */
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
