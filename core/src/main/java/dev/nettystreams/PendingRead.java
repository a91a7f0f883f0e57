package dev.nettystreams;

import dev.nettystreams.spi.Chunk;

/** A waiting read: the caller's future, and the request that satisfies it. */
final class PendingRead<T> extends Claimable<T> implements Occupant {
    final ReadRequest<T> request;

    /** True if the read was called on another thread than the loop, where the next read will probably be called too. */
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
