package dev.nettystreams;

/**
 * The future of an operation that completed at once. All callers share one object, so its outcome cannot be
 * overwritten.
 */
final class CompletedFuture extends StreamFuture<Void> {
    private static final CompletedFuture DONE = new CompletedFuture();

    @SuppressWarnings("NullAway") // Void has no other value
    private CompletedFuture() {
        complete(null);
    }

    /** The same object each time, which a caller may compare with. */
    static CompletedFuture done() {
        return DONE;
    }

    @Override
    public void obtrudeValue(Void value) {
        throw new UnsupportedOperationException("this future is shared");
    }

    @Override
    public void obtrudeException(Throwable exception) {
        throw new UnsupportedOperationException("this future is shared");
    }
}
