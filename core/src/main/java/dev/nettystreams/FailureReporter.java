package dev.nettystreams;

/** Receives the failure of a connection handler, which no caller could otherwise learn of. */
@FunctionalInterface
public interface FailureReporter {
    /** The maximum number of lines that {@link #LOGGING} logs per second at each of its levels, whatever peers do. */
    int LINES_PER_SECOND = 10;

    /**
     * Logs to the platform logger {@code dev.nettystreams}. The loss of the connection, such as a reset
     * ({@link StreamBrokenException}), takes one line at level {@code DEBUG}. What else a peer can cause, such as a
     * failed handshake, an overlong line or an end in the middle of a message, and an abort while the handler waited,
     * take one line at level {@code INFO}. Any other failure is a program error and goes to {@code WARNING} with its
     * stack trace. Logs at most {@value #LINES_PER_SECOND} lines per second at each level, for all connections
     * together; a later line tells how many were left out.
     *
     * <p>The line is logged on the thread that found the failure, often an event loop. The JDK's console handler waits
     * there for a standard error that is a full pipe; if nobody may read standard error, configure a log handler with a
     * thread of its own.
     */
    FailureReporter LOGGING = new FailureLog(LINES_PER_SECOND)::log;

    /**
     * Called once, on the thread that found the failure; must not block.
     *
     * @param connection the handler's connection, which is being closed
     * @param failure the exception that the handler threw or its stage failed with; if the handler ended normally, the
     *     loss of bytes that it had written, found when the connection was closed
     */
    void report(StreamConnection connection, Throwable failure);
}
