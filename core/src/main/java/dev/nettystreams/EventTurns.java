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
    private final TransportEvents streams;

    EventTurns(LoopAccess access, TransportEvents streams) {
        this.access = access;
        this.streams = streams;
    }

    @Override
    public void dataReceived(Chunk chunk) {
        Carrier threads = access.beginTurn();
        try {
            streams.dataReceived(chunk);
        } finally {
            access.endTurn(threads);
        }
    }

    @Override
    public void turnEnded() {
        Carrier threads = access.beginTurn();
        try {
            streams.turnEnded();
        } finally {
            access.endTurn(threads);
        }
    }

    @Override
    public boolean isAwaitingInput() {
        return streams.isAwaitingInput();
    }

    @Override
    public void eofReceived() {
        access.turn(streams::eofReceived);
    }

    @Override
    public void writable() {
        access.turn(streams::writable);
    }

    @Override
    public void flushed(long ticket) {
        access.turn(() -> streams.flushed(ticket));
    }

    @Override
    public void outputFinished() {
        access.turn(streams::outputFinished);
    }

    @Override
    public void outputFailed(Throwable cause) {
        access.turn(() -> streams.outputFailed(cause));
    }

    @Override
    public void connectionLost(@Nullable Throwable cause) {
        access.turn(() -> streams.connectionLost(cause));
    }
}
