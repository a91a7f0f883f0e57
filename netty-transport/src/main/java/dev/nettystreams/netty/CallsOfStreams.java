package dev.nettystreams.netty;

import dev.nettystreams.spi.Loop;
import java.util.concurrent.RejectedExecutionException;

/**
 * Tracks whether a call of the streams is on the stack. Netty fires many events from inside {@code write},
 * {@code flush} and {@code close}. A transport must not report from inside a call, so such a report becomes a task.
 *
 * <p>Confined to the channel's loop.
 */
final class CallsOfStreams {
    private final Loop loop;
    private int depth;

    CallsOfStreams(Loop loop) {
        this.loop = loop;
    }

    /** {@link #leave} must follow in any case. */
    void enter() {
        depth++;
    }

    void leave() {
        depth--;
    }

    /** Reports now if Netty called on its own, or in a later task from inside a call of the streams. */
    void report(Runnable report) {
        if (depth > 0) {
            loop.execute(report);
        } else {
            report.run();
        }
    }

    /**
     * Reports in a later task. Reports nothing if the loop ends: the end of the connection is then reported instead.
     */
    void reportLater(Runnable report) {
        try {
            loop.execute(report);
        } catch (RejectedExecutionException e) {
            // Called from inside a write of Netty, which must not fail because the loop has ended.
        }
    }
}
