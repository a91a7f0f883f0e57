package dev.nettystreams;

import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.Loop;
import org.jspecify.annotations.Nullable;

/** A waiting read: the caller's future, and the request that satisfies it. */
sealed class PendingRead<T extends @Nullable Object> extends Claimable<T> implements Occupant {
    /** A read on a loop with a clock of its own: a subclass, so that other reads hold no field for the loop. */
    static final class Clocked<T extends @Nullable Object> extends PendingRead<T> {
        private final Loop clock;

        Clocked(ReadRequest<T> request, boolean isRemote, Loop clock) {
            super(request, isRemote);
            this.clock = clock;
        }

        @Override
        Loop clock() {
            return clock;
        }
    }

    final ReadRequest<T> request;

    /** True if the read was called on another thread than the loop, where the next read will probably be called too. */
    final boolean isRemote;

    PendingRead(ReadRequest<T> request, boolean isRemote) {
        this.request = request;
        this.isRemote = isRemote;
    }

    @Override
    public final String method() {
        return request.name();
    }

    @Override
    public final void advance(Input input) {
        input.advance(this);
    }

    @Override
    public final boolean arrived(Chunk chunk, Input input) {
        return input.arrived(chunk, this);
    }
}
