package dev.nettystreams.netty;

import dev.nettystreams.spi.Loop;
import java.util.concurrent.RejectedExecutionException;

/**
 * Whether a call of the streams is on the stack. Netty tells of much from inside {@code write}, {@code flush} and
 * {@code close}; a transport must not report from inside a call, so such a report becomes a task.
 *
 * <p>Confined to the channel's loop.
 */
final class CallsOfStreams {
    private final Loop loop;
    private int depth;

    CallsOfStreams(Loop loop) {
        this.loop = loop;
    }

    /** {@link #leave} must follow, whatever happens. */
    void enter() {
        depth++;
    }

    void leave() {
        depth--;
    }

    /** Reports now if Netty calls of its own, by a later task from inside a call of the streams. */
    void report(Runnable report) {
        if (depth > 0) {
            loop.execute(report);
        } else {
            report.run();
        }
    }

    /** Reports by a later task; nothing if the loop ends: the connection ends with it, and is told so. */
    void reportLater(Runnable report) {
        try {
            loop.execute(report);
        } catch (RejectedExecutionException e) {
            // Called from inside a write of Netty's, which must not fail because the loop ends.
        }
    }
}
