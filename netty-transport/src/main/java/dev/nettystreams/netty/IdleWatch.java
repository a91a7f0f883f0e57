package dev.nettystreams.netty;

import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.Timeouts;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Finds one direction of a connection idle: a wait that makes no progress for a time. It looks four times within that
 * time, so a connection ends up to a quarter of it later. Bytes that come and go cost nothing more than their count.
 *
 * <pre>
 *   look --not waiting, or progress since the last look--> the count begins again
 *       \--waiting as at the last look, no progress--> counted --four in a row--> idle
 * </pre>
 *
 * <p>It counts looks instead of reading a clock. A loop that was held up, or a process that was stopped, looks once
 * when it goes on, and has read what had arrived before it looks again.
 *
 * <p>Confined to the connection's loop.
 */
final class IdleWatch {
    private static final int LOOKS = 4;

    private final Loop loop;
    private final long intervalNanos;
    private final BooleanSupplier isWaiting;
    private final LongSupplier progress;
    private final Runnable idle;
    private Loop.Timer timer = () -> {};
    private boolean wasWaiting;
    private long lastProgress;
    private int quietLooks;
    private boolean isOver;

    /**
     * @param isWaiting whether progress is due
     * @param progress a number that changes with each byte
     * @param idle called once
     */
    IdleWatch(Loop loop, Duration timeout, BooleanSupplier isWaiting, LongSupplier progress, Runnable idle) {
        this.loop = loop;
        this.intervalNanos = Math.max(1, Timeouts.saturatedNanos(timeout) / LOOKS);
        this.isWaiting = isWaiting;
        this.progress = progress;
        this.idle = idle;
    }

    void start() {
        timer = loop.schedule(this::look, intervalNanos);
    }

    private void look() {
        if (isOver) {
            return;
        }
        boolean waits = isWaiting.getAsBoolean();
        long now = progress.getAsLong();
        quietLooks = waits && wasWaiting && now == lastProgress ? quietLooks + 1 : 0;
        wasWaiting = waits;
        lastProgress = now;
        if (quietLooks == LOOKS) {
            isOver = true;
            idle.run();
        } else {
            start();
        }
    }

    void stop() {
        isOver = true;
        timer.cancel();
    }
}
