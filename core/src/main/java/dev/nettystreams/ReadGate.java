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
    private final ConnectionProbe probe;
    private volatile int lowMark; // written on the loop
    private volatile boolean paused; // written on the loop

    /** @param onLoop runs a task on the loop's own thread, at once if that is the caller */
    ReadGate(Transport transport, Executor onLoop, ConnectionProbe probe, int limit) {
        this.transport = transport;
        this.onLoop = onLoop;
        this.probe = probe;
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
            hold(byteCount);
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

    /**
     * Pauses because the bytes have nowhere to go; counted, and recorded.
     *
     * @param byteCount the number of buffered bytes
     */
    void hold(int byteCount) {
        if (!paused) {
            pause();
            probe.readPaused(byteCount);
        }
    }

    /** Pauses for another reason: the wire is about to change hands, or to be secured. */
    void pause() {
        if (!paused) {
            paused = true;
            transport.pauseReading();
        }
    }

    private void resume() {
        paused = false;
        probe.readGoesOn("resumed");
        onLoop.execute(this::resumeUnlessPausedAgain);
    }

    private void resumeUnlessPausedAgain() {
        if (!paused) {
            transport.resumeReading();
        }
    }
}
