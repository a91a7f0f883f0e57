package dev.nettystreams;

import dev.nettystreams.spi.Transport;

/**
 * When the bytes that the transport has been given are flushed. A program need not care: all writes of a burst of
 * arrivals are sent by one system call.
 *
 * <pre>
 *   a write --soon--> in a burst: at its end;  outside of one: in a later task
 *   a wait for room, a block of a file: now
 * </pre>
 *
 * <p>Confined to the connection's loop.
 */
final class Flushing {
    private final Transport transport;
    private final LoopAccess access;
    private final Runnable task;

    /** True from the first arrival of a burst to its end, which flushes. */
    private boolean isInBurst;

    private boolean hasUnflushed;
    private boolean isScheduled;

    Flushing(Transport transport, LoopAccess access) {
        this.transport = transport;
        this.access = access;
        this.task = access.reusable(this::runScheduled);
    }

    /** Called after a write. */
    void soon() {
        hasUnflushed = true;
        if (!isInBurst && !isScheduled) {
            isScheduled = access.submit(task);
        }
    }

    private void runScheduled() {
        isScheduled = false;
        ifUnflushed();
    }

    /** Called after writes in a task that has no other work: flushes now, unless a task to flush is under way. */
    void unlessScheduled() {
        hasUnflushed = true;
        if (!isScheduled) {
            ifUnflushed();
        }
    }

    void now() {
        hasUnflushed = true;
        ifUnflushed();
    }

    private void ifUnflushed() {
        if (hasUnflushed) {
            hasUnflushed = false;
            transport.flush();
        }
    }

    /** The transport flushes by itself: it has been asked to tell when everything is sent. */
    void byTransport() {
        hasUnflushed = false;
    }

    /** Called at each arrival of a burst; {@link #burstEnded} follows the last one. */
    void burstBegan() {
        isInBurst = true;
    }

    void burstEnded() {
        isInBurst = false;
        ifUnflushed();
    }
}
