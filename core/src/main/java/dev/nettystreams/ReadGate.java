package dev.nettystreams;

import dev.nettystreams.spi.Transport;
import java.util.concurrent.Executor;

/**
 * Pauses and resumes reading. It pauses above twice the limit and resumes at the limit or below. It also resumes
 * whenever a read is about to wait, so that a read for more bytes than the gate admits cannot deadlock. The distance
 * between the two marks keeps a steady stream from toggling the transport at every read.
 *
 * <p>Confined to the connection's loop.
 */
final class ReadGate {
    private final Transport transport;
    private final Executor onLoop;
    private volatile int lowMark; // written on the loop
    private volatile boolean paused; // written on the loop

    /** @param onLoop runs a task on the loop's own thread, at once if that is the caller */
    ReadGate(Transport transport, Executor onLoop, int limit) {
        this.transport = transport;
        this.onLoop = onLoop;
        this.lowMark = limit;
    }

    /** Changes the limit; a paused transport resumes with the next read. */
    void setLimit(int limit) {
        lowMark = limit;
    }

    /** Returns whether a number of buffered bytes is at the limit or below. Any thread. */
    boolean isLow(int byteCount) {
        return byteCount <= lowMark;
    }

    /** Any thread. */
    boolean isPaused() {
        return paused;
    }

    /** @param byteCount the number of buffered bytes, the new ones included */
    void arrived(int byteCount) {
        if (byteCount > 2L * lowMark) {
            pause();
        }
    }

    /** @param byteCount the number of bytes that are still buffered */
    void taken(int byteCount) {
        if (paused && isLow(byteCount)) {
            resume();
        }
    }

    void aboutToWait() {
        if (paused) {
            resume();
        }
    }

    void pause() {
        if (!paused) {
            paused = true;
            transport.pauseReading();
        }
    }

    private void resume() {
        paused = false;
        onLoop.execute(this::resumeUnlessPausedAgain);
    }

    private void resumeUnlessPausedAgain() {
        if (!paused) {
            transport.resumeReading();
        }
    }
}
