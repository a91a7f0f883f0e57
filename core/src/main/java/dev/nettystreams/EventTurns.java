package dev.nettystreams;

import dev.nettystreams.carrier.Carrier;
import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.TransportEvents;
import org.jspecify.annotations.Nullable;

/**
 * Makes each event of the transport a turn of the loop. Threads that the event wakes run after the turn, with no frame
 * of the streams below them on the stack.
 *
 * <p>Confined to the loop's own thread.
 */
final class EventTurns implements TransportEvents {
    private final LoopAccess access;
    private final StreamCore core;

    EventTurns(LoopAccess access, StreamCore core) {
        this.access = access;
        this.core = core;
    }

    @Override
    public void dataReceived(Chunk chunk) {
        Carrier threads = access.beginTurn();
        try {
            core.dataReceived(chunk);
        } finally {
            access.endTurn(threads);
        }
    }

    @Override
    public void turnEnded() {
        Carrier threads = access.beginTurn();
        try {
            core.turnEnded();
        } finally {
            access.endTurn(threads);
        }
    }

    @Override
    public void eofReceived() {
        access.turn(core::eofReceived);
    }

    @Override
    public void writable() {
        access.turn(core::writable);
    }

    @Override
    public void flushed(long ticket) {
        access.turn(() -> core.flushed(ticket));
    }

    @Override
    public void outputFinished() {
        access.turn(core::outputFinished);
    }

    @Override
    public void outputFailed(Throwable cause) {
        access.turn(() -> core.outputFailed(cause));
    }

    @Override
    public void connectionLost(@Nullable Throwable cause) {
        access.turn(() -> core.connectionLost(cause));
    }
}
