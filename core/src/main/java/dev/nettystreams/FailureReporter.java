package dev.nettystreams;

/** Where the failure of a conversation goes that nobody else can be told of. */
@FunctionalInterface
public interface FailureReporter {
    /** How often {@link #LOGGING} logs at each of its levels, at most, whatever peers do. */
    int LINES_PER_SECOND = 10;

    /**
     * Logs to the platform's logger {@code dev.nettystreams}: what the network did, or an abort while the handler waited, at level
     * {@code INFO}, with one line; anything else, a mistake of the program, at {@code WARNING} with its trace. At most
     * {@value #LINES_PER_SECOND} of each in a second, for all connections together; a later line says how many were
     * left out.
     */
    FailureReporter LOGGING = new LoggingReporter();

    /**
     * Called once, on the thread that found the failure; must not block.
     *
     * @param connection the handler's; it is being closed
     * @param failure what the handler threw, or what its stage failed with; if it ended well, the loss of bytes that it
     *     had written, found when the connection was closed
     */
    void report(StreamConnection connection, Throwable failure);
}
