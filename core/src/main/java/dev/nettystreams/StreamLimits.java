package dev.nettystreams;

import java.time.Duration;

/**
 * The bounds of one connection.
 *
 * @param readLimitBytes the most bytes before a separator, one or more; reading pauses when more than twice as many are
 *     buffered and goes on at this many or fewer
 * @param writeHighMarkBytes {@code drain} waits when more bytes than this are buffered for sending; zero or more
 * @param writeLowMarkBytes a {@code drain} that waits completes at this many bytes or fewer; zero up to the high mark
 * @param closeTimeout how long {@code close} may take, the peer's end included; with bytes still unsent it becomes
 *     {@code abort}; more than zero
 */
public record StreamLimits(int readLimitBytes, int writeHighMarkBytes, int writeLowMarkBytes, Duration closeTimeout) {

    /** asyncio's figures: 64 KiB to read, 64 and 16 KiB to write; and 30 s to close, which in asyncio takes for ever. */
    public static final StreamLimits DEFAULT = new StreamLimits(65536, 65536, 16384, Duration.ofSeconds(30));

    /**
     * Checks the ranges.
     *
     * @param readLimitBytes one or more
     * @param writeHighMarkBytes zero or more
     * @param writeLowMarkBytes zero up to the high mark
     * @param closeTimeout more than zero
     */
    public StreamLimits {
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
    }

    /**
     * These limits with another read limit.
     *
     * @param bytes the most bytes before a separator, one or more
     * @return a copy
     */
    public StreamLimits withReadLimit(int bytes) {
        return new StreamLimits(bytes, writeHighMarkBytes, writeLowMarkBytes, closeTimeout);
    }

    /**
     * These limits with other write marks.
     *
     * @param highBytes {@code drain} waits above it; zero or more
     * @param lowBytes {@code drain} completes at or below it; zero up to {@code highBytes}
     * @return a copy
     */
    public StreamLimits withWriteMarks(int highBytes, int lowBytes) {
        return new StreamLimits(readLimitBytes, highBytes, lowBytes, closeTimeout);
    }

    /**
     * These limits with another deadline for {@code close}.
     *
     * @param timeout more than zero
     * @return a copy
     */
    public StreamLimits withCloseTimeout(Duration timeout) {
        return new StreamLimits(readLimitBytes, writeHighMarkBytes, writeLowMarkBytes, timeout);
    }
}
