package dev.nettystreams;

/**
 * You closed it: an operation on a stream that this side has closed, aborted, ended or handed back. The peer is not to blame.
 *
 * <p>Unchecked, since a write after {@code close} is a mistake of the program and is thrown at the call.
 */
public final class StreamClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** Whether it ended a call that waited, which is no mistake of whoever made that call; otherwise it refused one. */
    final boolean hasEndedAWait;

    /**
     * Says what was called after what.
     *
     * @param message the reason
     */
    public StreamClosedException(String message) {
        this(message, false);
    }

    StreamClosedException(String message, boolean hasEndedAWait) {
        super(message);
        this.hasEndedAWait = hasEndedAWait;
    }
}
