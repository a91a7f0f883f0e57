package dev.nettystreams;

import dev.nettystreams.spi.Chunk;

/** A read that waits: the future that its caller holds, and the request that will satisfy it. */
final class PendingRead<T> extends Claimable<T> implements Occupant {
    final ReadRequest<T> request;

    /** Whether it was called on another thread than the loop, where the next one is likely to be called, too. */
    final boolean isRemote;

    PendingRead(ReadRequest<T> request, boolean isRemote) {
        this.request = request;
        this.isRemote = isRemote;
    }

    @Override
    public String method() {
        return request.name();
    }

    @Override
    public void advance(Input input) {
        input.advance(this);
    }

    @Override
    public boolean arrived(Chunk chunk, Input input) {
        return input.arrived(chunk, this);
    }
}
