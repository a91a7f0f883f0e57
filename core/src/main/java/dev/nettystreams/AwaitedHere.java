package dev.nettystreams;

/**
 * Shows, as a suppressed exception of a failure that was made on another thread, who awaited it.
 */
final class AwaitedHere extends Exception {
    private static final long serialVersionUID = 1L;

    private static final int MOST_TRACES = 4;

    private AwaitedHere() {
        super("awaited here");
    }

    /** Adds the caller's frames; to an exception that many await, only to the first few. */
    static void addTo(Throwable failure) {
        int traces = 0;
        for (Throwable suppressed : failure.getSuppressed()) {
            traces += suppressed instanceof AwaitedHere ? 1 : 0;
        }
        if (traces < MOST_TRACES) {
            failure.addSuppressed(new AwaitedHere());
        }
    }
}
