package dev.nettystreams;

/** A suppressed exception that shows the frames of the code that awaited a failure created on another thread. */
final class AwaitedHere extends Exception {
    private static final long serialVersionUID = 1L;

    private static final int MOST_TRACES = 4;

    private AwaitedHere() {
        super("awaited here");
    }

    /** Adds the frames of the caller; an exception that many callers await gets only the first few. */
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
