package dev.nettystreams;

import java.time.Duration;

/**
 * The limits of one connection.
 *
 * @param readLimitBytes the maximum number of bytes before a separator, one or more; reading pauses when more than
 *     twice this number is buffered and resumes at this number or fewer
 * @param writeHighMarkBytes {@code drain} waits while more than this number of bytes is buffered for sending; zero or
 *     more
 * @param writeLowMarkBytes a waiting {@code drain} completes when this number of bytes or fewer is buffered; zero up to
 *     {@code writeHighMarkBytes}
 * @param closeTimeout the time that {@code close} may take, the wait for the peer's end included; if bytes are still
 *     unsent then, the connection is aborted; more than zero
 */
public record StreamLimits(int readLimitBytes, int writeHighMarkBytes, int writeLowMarkBytes, Duration closeTimeout) {

    /**
     * asyncio's values: 64 KiB to read, 64 and 16 KiB to write. The 30 s to close are ours: asyncio has no such
     * timeout.
     */
    public static final StreamLimits DEFAULT = new StreamLimits(65536, 65536, 16384, Duration.ofSeconds(30));

    /**
     * Checks the ranges.
     *
     * @param readLimitBytes one or more
     * @param writeHighMarkBytes zero or more
     * @param writeLowMarkBytes zero up to {@code writeHighMarkBytes}
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
}
