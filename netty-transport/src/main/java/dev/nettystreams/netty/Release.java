package dev.nettystreams.netty;

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
    LEAVE_OPEN
}
