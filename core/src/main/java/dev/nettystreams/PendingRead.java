package dev.nettystreams;

/** A read that waits: the future that its caller holds, and the request that will satisfy it. */
final class PendingRead<T> extends Claimable<T> {
    final ReadRequest<T> request;

    PendingRead(ReadRequest<T> request) {
        this.request = request;
    }
}
