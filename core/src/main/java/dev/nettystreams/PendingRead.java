package dev.nettystreams;

/** A read that waits: the future that its caller holds, and the request that will satisfy it. */
final class PendingRead<T> extends Claimable<T> {
    final ReadRequest<T> request;

    /** Whether it was called on another thread than the loop, where the next one is likely to be called, too. */
    final boolean isRemote;

    PendingRead(ReadRequest<T> request, boolean isRemote) {
        this.request = request;
        this.isRemote = isRemote;
    }
}
