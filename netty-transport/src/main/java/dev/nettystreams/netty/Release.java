package dev.nettystreams.netty;

import java.io.Closeable;

/** How a blocking stream is released when its direction ends. */
enum Release {
    /** Closed at once, also under a call that blocks: many of the JDK's streams end the call then. */
    CLOSE,
    /**
     * Closed when the call under way has returned. For streams over plain descriptors, such as a child's pipes: closing
     * one does not end the read, and frees a number that the read may be about to use.
     */
    CLOSE_AFTER_CALL,
    /** Flushed and left open, for standard input and output. */
    LEAVE_OPEN;

    /**
     * Releases a stream, and ends the thread of its direction.
     *
     * @param isCallUnderWay whether the thread is in a call of the stream
     * @param closesNow whether {@link #CLOSE} may close the stream under that call
     */
    void end(DirectionThread thread, Closeable stream, boolean isCallUnderWay, boolean closesNow) {
        if (this == LEAVE_OPEN) {
            thread.end();
        } else if (this == CLOSE && isCallUnderWay) {
            thread.endWithout(stream, closesNow);
        } else {
            thread.endWith(stream);
        }
    }
}
