package dev.nettystreams.netty;

import dev.nettystreams.spi.TransportEvents;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import org.jspecify.annotations.Nullable;

/**
 * The input half of a channel: whether it reads, and whether the peer has ended.
 *
 * <pre>
 *   PAUSED --start, resume--> READING --pause--> PAUSED        either --the peer's end--> ENDED
 * </pre>
 *
 * <p>Confined to the channel's loop.
 */
final class ChannelInput {
    private enum State {
        PAUSED,
        READING,
        ENDED
    }

    private final Channel channel;
    private final CallsOfStreams calls;
    private final BufferChunk chunk = new BufferChunk();
    private final @Nullable ReceiveBuffers receiveBuffers;
    private final @Nullable UringStallFix stallFix; // on io_uring
    private State state = State.PAUSED;
    private long receivedByteCount;

    /** @param onReset told of a reset that nobody would read */
    ChannelInput(ChannelHandlerContext context, CallsOfStreams calls, Runnable onReset) {
        this.channel = context.channel();
        this.calls = calls;
        this.receiveBuffers = ReceiveBuffers.install(context);
        this.stallFix = UringStallFix.of(channel, onReset);
    }

    void pause() {
        if (state == State.READING) {
            state = State.PAUSED;
            channel.config().setAutoRead(false);
            watchForReset();
        }
    }

    void resume() {
        if (state == State.PAUSED) {
            state = State.READING;
            stopWatchingForReset();
            calls.enter();
            try {
                channel.config().setAutoRead(true);
            } finally {
                calls.leave();
            }
        }
    }

    boolean isReading() {
        return state == State.READING;
    }

    long receivedByteCount() {
        return receivedByteCount;
    }

    /** Whether the peer had ended before anybody was told. */
    boolean hasEndedAlready() {
        return channel instanceof DuplexChannel duplex && duplex.isInputShutdown();
    }

    boolean hasEnded() {
        return state == State.ENDED;
    }

    /** The peer has ended its output. */
    void end() {
        // AUTO_READ stays as it is: cleared from inside the end, it leaves an io_uring channel that never closes.
        state = State.ENDED;
        watchOutputBehindEnd();
        watchForReset();
    }

    void arrived(ByteBuf buffer, @Nullable TransportEvents receiver) {
        receivedByteCount += buffer.readableBytes();
        try {
            if (receiver != null && buffer.isReadable()) {
                receiver.dataReceived(chunk.lending(buffer));
            }
        } finally {
            chunk.takeBack();
            buffer.release();
        }
    }

    void readCompleted() {
        if (stallFix != null && state != State.ENDED) {
            stallFix.readCompleted();
        }
    }

    /** Behind the peer's end, Netty may miss that the socket takes more. */
    void watchOutputBehindEnd() {
        if (stallFix != null && state == State.ENDED) {
            stallFix.watchOutput();
        }
    }

    private void watchForReset() {
        if (stallFix != null) {
            stallFix.watchForReset();
        }
    }

    void stopWatchingForReset() {
        if (stallFix != null) {
            stallFix.stopWatchingForReset();
        }
    }

    /** The channel has another owner. */
    void giveBack() {
        if (receiveBuffers != null) {
            receiveBuffers.end();
        }
    }
}
