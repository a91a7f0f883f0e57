package dev.nettystreams.netty;

import dev.nettystreams.TlsTruncationException;
import dev.nettystreams.spi.TransportEvents;
import io.netty.channel.socket.ChannelOutputShutdownException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The end of a channel that carries streams: which of its ends came first, and what the streams are told of it.
 *
 * <pre>
 *   OPEN --finish--> FINISHING --all sent, and FIN--> FINISHED --close--> CLOSING --inactive--> CLOSED
 *     \____________________abort, failure of the input or the output______/
 *   OPEN --a reset behind the peer's end, all sent--> RESET --inactive--> CLOSED       OPEN --detach--> DETACHED
 * </pre>
 *
 * Surprises of Netty, and how this class meets them:
 * <ul>
 *   <li>{@code Channel.close} drops what is not sent, and {@code shutdownOutput} fails it: both wait until every write
 *     has succeeded ({@link WriteOutcomes}). An empty buffer behind the writes would be cheaper to wait for, and
 *     succeeds where the TLS layer has lost them.
 *   <li>A failed write closes the channel and loses what could still be read ({@code AUTO_CLOSE}); it is off, and the
 *     failure becomes {@code outputFailed}. The channel is closed when the input has ended, too.
 *   <li>A read error is followed by a "the peer has ended its output" event, which would look like a clean end; the
 *     error came first and is what counts.
 * </ul>
 *
 * <p>Confined to the channel's loop.
 */
final class ChannelEnd {
    private enum Phase {
        OPEN,
        FINISHING,
        FINISHED,
        RESET,
        CLOSING,
        CLOSED,
        DETACHED
    }

    private final CallsOfStreams calls;
    private final ChannelOutput output;
    private final Runnable onGone;

    private @Nullable ChannelInput input; // from the start on
    private @Nullable TransportEvents events; // from the start to the end
    private Phase phase = Phase.OPEN;
    private @Nullable Throwable failure;

    /** @param onGone called when the channel is closed, before the streams are told */
    ChannelEnd(CallsOfStreams calls, ChannelOutput output, Runnable onGone) {
        this.calls = calls;
        this.output = output;
        this.onGone = onGone;
    }

    void start(ChannelInput input, TransportEvents events) {
        this.input = input;
        this.events = events;
    }

    /** Returns the receiver of events; null before the start, and behind the end. */
    @Nullable
    TransportEvents receiver() {
        return events;
    }

    /** Tells the streams of an event, unless they have not started, or have been told of the end. */
    void tell(Consumer<TransportEvents> event) {
        if (events != null) {
            event.accept(events);
        }
    }

    /** Whether this side may still write. */
    boolean isOpen() {
        return phase == Phase.OPEN;
    }

    boolean isOver() {
        return phase == Phase.CLOSED || phase == Phase.DETACHED;
    }

    boolean isDetached() {
        return phase == Phase.DETACHED;
    }

    boolean hasInputEnded() {
        return input != null && input.hasEnded();
    }

    // ---- ends by this side

    /** The streams learn of an end later than this class. Bytes that meet a quiet one make it a loss. */
    void writeMeetsEnd() {
        if (phase == Phase.RESET) {
            failBecause(reset());
        }
    }

    /** Sends everything written, then the end. */
    void finish() {
        if (phase == Phase.OPEN) {
            phase = Phase.FINISHING;
            if (output.failure() == null) {
                output.afterAllSent(this::allSent);
            } else {
                failBecause(output.failure()); // there is nothing left to send, and no end
                close();
            }
        }
    }

    private void allSent() {
        if (phase == Phase.FINISHING) {
            output.finish(this::endSent);
        }
    }

    /** Known at once, and told by a task: a peer may answer the end by a reset before that task runs. */
    private void endSent() {
        if (phase == Phase.FINISHING) {
            phase = Phase.FINISHED;
            calls.reportLater(this::tellFinished);
        }
    }

    private void tellFinished() {
        if (phase == Phase.FINISHED) {
            tell(TransportEvents::outputFinished);
        }
    }

    void close() {
        if (phase == Phase.OPEN || phase == Phase.FINISHING || phase == Phase.FINISHED) {
            phase = Phase.CLOSING;
            output.close();
        }
    }

    void abort() {
        if (!isOver()) {
            phase = Phase.CLOSING;
            output.abort();
        }
    }

    void abortBecause(Throwable cause) {
        failBecause(cause);
        abort();
    }

    void detach() {
        phase = Phase.DETACHED;
        events = null;
    }

    // ---- ends that the pipeline reports

    void onInputEnded() {
        if (hasInputEnded() || failure != null) {
            return;
        }
        if (input != null) {
            input.end();
        }
        if (output.failure() != null) {
            failBecause(output.failure()); // a reset that a write was told of looks like an end to the read behind it
            close();
        } else {
            tell(TransportEvents::eofReceived);
        }
    }

    /**
     * A reset behind the peer's end, where nobody reads. The connection is gone, and quietly if no byte of this side is
     * lost: reads still see the end that the peer had sent in good order. Other input ends with the error itself.
     */
    void onReset() {
        if (!hasInputEnded() || !output.isOpen()) {
            return;
        }
        if (phase == Phase.OPEN && output.hasSentAll()) {
            phase = Phase.RESET;
            calls.report(output::close);
        } else if (phase == Phase.OPEN || phase == Phase.FINISHING) {
            onException(reset());
        }
    }

    private static IOException reset() {
        return new IOException("Connection reset by peer");
    }

    void onOutputEnded() {
        output.shutDown(failure);
    }

    /** Bytes, or the end of the output, are lost. */
    void onOutputFailed(Throwable reason) {
        if (isOver()) {
            return;
        }
        if (phase == Phase.OPEN) {
            tell(receiver -> receiver.outputFailed(reason));
        }
        if (phase != Phase.OPEN || hasInputEnded()) {
            failBecause(reason);
            close();
        }
    }

    /** An error of the input, or of a handler. */
    void onException(Throwable cause) {
        if (cause instanceof ChannelOutputShutdownException || cause instanceof ClosedChannelException) {
            output.lost(cause); // of another handler, by a void promise; without effect behind our own end
        } else if (phase == Phase.FINISHED || (phase == Phase.FINISHING && cause instanceof TlsTruncationException)) {
            onInputEnded(); // nobody reads any more, and the peer may go on reading
        } else {
            failBecause(cause);
            calls.report(this::close);
        }
    }

    /** The first reason stays. */
    private void failBecause(@Nullable Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    void onInactive() {
        calls.report(this::gone);
    }

    private void gone() {
        if (isOver()) {
            return;
        }
        boolean isInOrder = phase == Phase.CLOSING || phase == Phase.FINISHED || phase == Phase.RESET;
        phase = Phase.CLOSED;
        onGone.run();
        TransportEvents receiver = events;
        events = null;
        if (receiver != null) {
            receiver.connectionLost(failure != null || isInOrder ? failure : new ClosedChannelException());
        }
    }
}
