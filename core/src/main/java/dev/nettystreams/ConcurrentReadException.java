package dev.nettystreams;

/**
 * A read was called while another read is pending. This is a program error, because it is undefined which of the two
 * would get the bytes. Thrown at the call, whether or not bytes are buffered; the pending read is not affected.
 */
public final class ConcurrentReadException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final String refused;
    private final String waiting;

    /**
     * Creates the exception with the names of both methods.
     *
     * @param refused the method that was called
     * @param waiting the method whose read is pending
     */
    public ConcurrentReadException(String refused, String waiting) {
        this(
                refused + "() called while another read, " + waiting + "(), is waiting for incoming data",
                refused,
                waiting);
    }

    private ConcurrentReadException(String message, String refused, String waiting) {
        super(message);
        this.refused = refused;
        this.waiting = waiting;
    }

    /** For a read that meets another thread in the middle of a read, whose method is unknown. */
    static ConcurrentReadException onAnotherThread(String refused) {
        return new ConcurrentReadException(refused + "() called while another thread is reading", refused, "read");
    }

    /**
     * Returns the method that was called.
     *
     * @return the method's name
     */
    public String refused() {
        return refused;
    }

    /**
     * Returns the method whose read is pending.
     *
     * @return the method's name; {@code read} if another thread was in the middle of a read of any kind
     */
    public String waiting() {
        return waiting;
    }
}
