package dev.nettystreams;

/**
 * A read was called while another one is waiting: the program's mistake, since nobody could tell which of them gets the bytes.
 * Thrown at the call, whether or not bytes are there; the read that waits is not disturbed.
 */
public final class ConcurrentReadException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final String refused;
    private final String waiting;

    /**
     * Names both.
     *
     * @param refused the method that was called
     * @param waiting the method that is waiting
     */
    public ConcurrentReadException(String refused, String waiting) {
        super(refused + "() called while another read, " + waiting + "(), is waiting for incoming data");
        this.refused = refused;
        this.waiting = waiting;
    }

    /**
     * The method that was called.
     *
     * @return its name
     */
    public String refused() {
        return refused;
    }

    /**
     * The method that is waiting.
     *
     * @return its name
     */
    public String waiting() {
        return waiting;
    }
}
