package dev.nettystreams.testing;

import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.TransportEvents;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Passes each event of a transport on to another receiver. A {@link ForwardingTransport} that overrides
 * {@link ForwardingTransport#start start} puts it between a transport and its streams, to count, delay, drop or change
 * what they receive.
 */
public class ForwardingEvents implements TransportEvents {
    private final TransportEvents target;

    /**
     * Creates a receiver in front of another one.
     *
     * @param target receives each event
     */
    public ForwardingEvents(TransportEvents target) {
        this.target = Objects.requireNonNull(target, "target");
    }

    @Override
    public void dataReceived(Chunk chunk) {
        target.dataReceived(chunk);
    }

    @Override
    public void turnEnded() {
        target.turnEnded();
    }

    @Override
    public boolean isAwaitingInput() {
        return target.isAwaitingInput();
    }

    @Override
    public void eofReceived() {
        target.eofReceived();
    }

    @Override
    public void writable() {
        target.writable();
    }

    @Override
    public void flushed(long ticket) {
        target.flushed(ticket);
    }

    @Override
    public void outputFinished() {
        target.outputFinished();
    }

    @Override
    public void outputFailed(Throwable cause) {
        target.outputFailed(cause);
    }

    @Override
    public void connectionLost(@Nullable Throwable cause) {
        target.connectionLost(cause);
    }
}
