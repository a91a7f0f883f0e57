package dev.nettystreams;

import dev.nettystreams.spi.Timeouts;
import java.time.Duration;
import java.util.Objects;

/**
 * The limits of one connection. Immutable: {@link #DEFAULT}, and copies of it with other values.
 *
 * <pre>{@code
 * StreamLimits limits = StreamLimits.DEFAULT.withReadLimit(1 << 20).withCloseTimeout(Duration.ofSeconds(5));
 * }</pre>
 */
public final class StreamLimits {
    /**
     * asyncio's values: 64 KiB to read, 64 and 16 KiB to write. The 30 s to close are ours: asyncio has no such
     * timeout.
     */
    public static final StreamLimits DEFAULT = new StreamLimits(65536, 65536, 16384, Duration.ofSeconds(30));

    private final int readLimitBytes;
    private final int writeHighMarkBytes;
    private final int writeLowMarkBytes;
    private final Duration closeTimeout;

    private StreamLimits(int readLimitBytes, int writeHighMarkBytes, int writeLowMarkBytes, Duration closeTimeout) {
        if (readLimitBytes < 1) {
            throw new IllegalArgumentException("readLimitBytes < 1: " + readLimitBytes);
        }
        if (writeLowMarkBytes < 0) {
            throw new IllegalArgumentException("writeLowMarkBytes < 0: " + writeLowMarkBytes);
        }
        if (writeHighMarkBytes < writeLowMarkBytes) {
            throw new IllegalArgumentException(
                    "writeHighMarkBytes < writeLowMarkBytes: " + writeHighMarkBytes + " < " + writeLowMarkBytes);
        }
        if (closeTimeout.isNegative() || closeTimeout.isZero()) {
            throw new IllegalArgumentException("closeTimeout <= 0: " + closeTimeout);
        }
        this.readLimitBytes = readLimitBytes;
        this.writeHighMarkBytes = writeHighMarkBytes;
        this.writeLowMarkBytes = writeLowMarkBytes;
        this.closeTimeout = closeTimeout;
    }

    /**
     * Returns the maximum number of bytes before a separator. Reading pauses when more than twice this number is
     * buffered, and resumes at this number or fewer.
     *
     * @return one or more
     */
    public int readLimitBytes() {
        return readLimitBytes;
    }

    /**
     * Returns the high mark: {@code drain} waits while more than this number of bytes is buffered for sending.
     *
     * @return zero or more
     */
    public int writeHighMarkBytes() {
        return writeHighMarkBytes;
    }

    /**
     * Returns the low mark: a waiting {@code drain} completes when this number of bytes or fewer is buffered.
     *
     * @return zero up to {@link #writeHighMarkBytes}
     */
    public int writeLowMarkBytes() {
        return writeLowMarkBytes;
    }

    /**
     * Returns the time that {@code close} may take, the wait for the peer's end included. If bytes are still unsent
     * then, the connection is aborted.
     *
     * @return more than zero
     */
    public Duration closeTimeout() {
        return closeTimeout;
    }

    /**
     * Returns these limits with another read limit.
     *
     * @param bytes the maximum number of bytes before a separator, one or more
     * @return a copy
     */
    public StreamLimits withReadLimit(int bytes) {
        return new StreamLimits(bytes, writeHighMarkBytes, writeLowMarkBytes, closeTimeout);
    }

    /**
     * Returns these limits with other write marks.
     *
     * @param highBytes {@code drain} waits above this number of bytes; zero or more
     * @param lowBytes {@code drain} completes at this number of bytes or fewer; zero up to {@code highBytes}
     * @return a copy
     */
    public StreamLimits withWriteMarks(int highBytes, int lowBytes) {
        return new StreamLimits(readLimitBytes, highBytes, lowBytes, closeTimeout);
    }

    /**
     * Returns these limits with another timeout for {@code close}.
     *
     * @param timeout more than zero
     * @return a copy
     */
    public StreamLimits withCloseTimeout(Duration timeout) {
        return new StreamLimits(readLimitBytes, writeHighMarkBytes, writeLowMarkBytes, timeout);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StreamLimits limits
                && readLimitBytes == limits.readLimitBytes
                && writeHighMarkBytes == limits.writeHighMarkBytes
                && writeLowMarkBytes == limits.writeLowMarkBytes
                && closeTimeout.equals(limits.closeTimeout);
    }

    @Override
    public int hashCode() {
        return Objects.hash(readLimitBytes, writeHighMarkBytes, writeLowMarkBytes, closeTimeout);
    }

    @Override
    public String toString() {
        return "StreamLimits[readLimit=" + readLimitBytes + " bytes, writeMarks=" + writeLowMarkBytes + ".."
                + writeHighMarkBytes + " bytes, closeTimeout=" + Timeouts.toText(closeTimeout) + "]";
    }
}
