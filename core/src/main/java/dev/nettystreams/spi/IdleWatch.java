package dev.nettystreams.spi;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Finds a wait that makes no progress for a time: of one direction of a connection, or of a tunnel. It looks four times
 * within that time, so it finds the wait up to a quarter of it later. Bytes that come and go cost nothing more than
 * their count.
 *
 * <pre>
 *   look --not waiting, or progress since the last look--> the count begins again
 *       \--waiting as at the last look, no progress--> counted --four in a row--> idle
 * </pre>
 *
 * <p>It counts looks instead of reading a clock. A loop that was held up, or a process that was stopped, looks once
 * when it goes on, and has read what had arrived before it looks again.
 *
 * <p>Confined to one loop, except for the constructor.
 */
public final class IdleWatch {
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
     * Creates a watch that has not started.
     *
     * @param loop the loop that the watch looks on
     * @param timeout the time without progress; more than zero
     * @param isWaiting returns whether progress is due
     * @param progress returns a number that changes with each byte
     * @param idle called once, when a wait has made no progress for {@code timeout}
     */
    public IdleWatch(Loop loop, Duration timeout, BooleanSupplier isWaiting, LongSupplier progress, Runnable idle) {
        this.loop = loop;
        this.intervalNanos = (Timeouts.saturatedNanos(timeout) - 1) / LOOKS + 1;
        this.isWaiting = isWaiting;
        this.progress = progress;
        this.idle = idle;
    }

    /** Takes the first look, and begins to wait. Has no effect after {@link #stop}. */
    public void start() {
        wasWaiting = isWaiting.getAsBoolean();
        lastProgress = progress.getAsLong();
        lookLater();
    }

    private void lookLater() {
        if (isOver) {
            return;
        }
        try {
            timer = loop.schedule(this::look, intervalNanos);
        } catch (RejectedExecutionException e) {
            isOver = true; // the loop is ending, and its connections with it
        }
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
            lookLater();
        }
    }

    /** Ends the watch. Has no effect if called again. */
    public void stop() {
        isOver = true;
        timer.cancel();
    }
}
