package dev.nettystreams;

/**
 * An operation was called on a stream that this side has closed, aborted, ended or handed back. The peer is not to
 * blame.
 *
 * <p>Unchecked, because a write after {@code close} is a program error and throws at the call.
 */
public final class StreamClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /**
     * True if this exception ended a call that was already waiting, whose caller made no mistake; false if it refused a
     * new call.
     */
    final boolean hasEndedAWait;

    /**
     * Creates the exception.
     *
     * @param message names the refused call and the call that closed the stream
     */
    public StreamClosedException(String message) {
        this(message, false);
    }

    StreamClosedException(String message, boolean hasEndedAWait) {
        super(message);
        this.hasEndedAWait = hasEndedAWait;
    }
}
