package dev.nettystreams;

/**
 * The future of an operation that completed at once. All callers share one object, so its outcome cannot be
 * overwritten.
 */
final class Done extends StreamFuture<Void> {
    static final Done DONE = new Done();

    @SuppressWarnings("NullAway") // Void has no other value
    private Done() {
        complete(null);
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
