package dev.nettystreams.netty;

import dev.nettystreams.TlsTruncationException;
import dev.nettystreams.spi.Block;
import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.IdleWatch;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.OutputEnd;
import dev.nettystreams.spi.Timeouts;
import dev.nettystreams.spi.Transport;
import dev.nettystreams.spi.TransportEvents;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelOutputShutdownException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Netty channel as a {@link Transport}: two halves, {@link ChannelInput} and {@link ChannelOutput}, and the end of
 * both.
 *
 * <pre>
 *   in:   channelRead(ByteBuf) --BufferChunk, lent--> events.dataReceived;  channelReadComplete --> events.turnEnded
 *   out:  write, flush --> ChannelOutput --> socket;                        sent --> events.flushed, events.writable
 *   end:  OPEN --finish--> FINISHING --all sent, and FIN--> FINISHED --close--> CLOSING --inactive--> CLOSED
 *           \____________________abort, failure of the input or the output______/
 *         OPEN --a reset behind the peer's end, all sent--> RESET --inactive--> CLOSED       OPEN --detach--> DETACHED
 * </pre>
 *
 * What Netty does that one would not guess, and what is done about it here:
 * <ul>
 *   <li>{@code Channel.close} drops what is not sent, and {@code shutdownOutput} fails it: both wait until every write
 *     has succeeded ({@link WriteOutcomes}). An empty buffer behind the writes would be cheaper to wait for, and
 *     succeeds where the TLS layer has lost them.
 *   <li>A failed write closes the channel and loses what could still be read ({@code AUTO_CLOSE}); it is off, and the
 *     failure becomes {@code outputFailed}. The channel is closed when the input has ended, too.
 *   <li>A read error is followed by a "the peer has ended its output" event, which would look like a clean end; the
 *     error came first and is what counts.
 *   <li>Writability changes are fired from inside {@code write} and {@code flush}, promises fail from inside
 *     {@code close}; what happens inside a call of ours is told by a later task ({@link CallsOfStreams}).
 * </ul>
 *
 * <p>Confined to the connection's loop, save {@link #loop}, {@link #canWriteEof}, {@link #copyOf} and
 * {@link #extraInfo}.
 */
final class ChannelTransport implements Transport {
    private enum Phase {
        OPEN,
        FINISHING,
        FINISHED,
        RESET,
        CLOSING,
        CLOSED,
        DETACHED
    }

    private final ChannelHandlerContext context;
    private final Channel channel;
    private final Loop loop;
    private final ConnectionFacts facts;
    private final CallsOfStreams calls;
    private final ChannelOutput output;
    private final IdleTimeouts idleTimeouts;
    private final List<IdleWatch> idleWatches = new ArrayList<>(0);

    private @Nullable TransportEvents events;
    private @Nullable ChannelSettings borrowed;
    private @Nullable ChannelInput input; // from the start on
    private Phase phase = Phase.OPEN;
    private @Nullable Throwable failure;

    /** @param context of the handler that stands for the streams in the pipeline */
    ChannelTransport(ChannelHandlerContext context, IdleTimeouts idleTimeouts) {
        this.idleTimeouts = idleTimeouts;
        this.context = context;
        this.channel = context.channel();
        this.loop = new NettyLoop(context.executor());
        this.facts = ConnectionFacts.of(channel);
        this.calls = new CallsOfStreams(loop);
        this.output = new ChannelOutput(context, calls, this::outputFailed, this::afterFlush, this::tellWritable);
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public void start(TransportEvents events, int highMarkBytes, int lowMarkBytes) {
        this.events = events;
        borrowed = ChannelSettings.borrow(channel.config(), highMarkBytes, lowMarkBytes);
        output.setMarks(highMarkBytes, lowMarkBytes);
        ChannelInput fresh = new ChannelInput(context, calls, this::onReset);
        input = fresh;
        fresh.resume();
        watchForIdleness(fresh, events);
        if (!channel.isActive()) {
            loop.execute(this::onInactive);
        } else if (fresh.hasEndedAlready()) {
            loop.execute(this::onInputEnded); // before this handler was there
        }
    }

    private void watchForIdleness(ChannelInput input, TransportEvents events) {
        Duration reading = idleTimeouts.reading();
        if (reading != null) {
            idleWatches.add(new IdleWatch(
                    loop,
                    reading,
                    () -> input.isReading() && events.isAwaitingInput(),
                    input::receivedByteCount,
                    () -> onException(new SocketTimeoutException(
                            "no bytes received within " + Timeouts.toText(reading) + ", the read idle timeout"))));
        }
        Duration writing = idleTimeouts.writing();
        if (writing != null) {
            idleWatches.add(new IdleWatch(
                    loop, writing, () -> output.hasLostNothing() && !output.hasSentAll(), output::progress, () -> {
                        failBecause(new SocketTimeoutException("the peer took no bytes within "
                                + Timeouts.toText(writing) + ", the write idle timeout"));
                        abort(); // what is still in the system's buffer would wait for this peer, too
                    }));
        }
        idleWatches.forEach(IdleWatch::start);
    }

    // ---- called by the streams

    @Override
    public void pauseReading() {
        if (input != null) {
            input.pause();
        }
    }

    @Override
    public void resumeReading() {
        boolean isOver = phase == Phase.CLOSED || phase == Phase.DETACHED || loop.isEnding();
        if (input != null && !isOver) {
            input.resume();
        }
    }

    @Override
    public void write(byte[] source, int offset, int byteCount) {
        if (phase == Phase.OPEN) {
            output.write(source, offset, byteCount);
        } else {
            writeMeetsEnd();
        }
    }

    @Override
    public void writeOwned(ByteBuffer source) {
        if (phase == Phase.OPEN) {
            output.writeOwned(source);
        } else {
            writeMeetsEnd();
        }
    }

    @Override
    public Block copyOf(ByteBuffer source) {
        return output.copyOf(source);
    }

    @Override
    public void write(Block source) {
        if (!(source instanceof BufferBlock own)) {
            Transport.super.write(source);
        } else if (phase == Phase.OPEN) {
            output.write(own);
        } else {
            own.release();
            writeMeetsEnd();
        }
    }

    @Override
    public void write(Chunk source) {
        if (phase == Phase.OPEN) {
            output.write(source);
        } else {
            writeMeetsEnd();
            source.skip(source.remaining());
        }
    }

    @Override
    public boolean writeFile(FileChannel file, long position, int byteCount) {
        return phase == Phase.OPEN && output.writeFile(file, position, byteCount);
    }

    /** The streams learn of an end later than this class. Bytes that meet a quiet one make it a loss. */
    private void writeMeetsEnd() {
        if (phase == Phase.RESET) {
            failBecause(reset());
        }
    }

    @Override
    public void flush() {
        output.flush();
    }

    private void afterFlush() {
        if (input != null) {
            input.watchOutputBehindEnd();
        }
    }

    @Override
    public void setWriteMarks(int highMarkBytes, int lowMarkBytes) {
        ChannelSettings.setMarks(channel.config(), highMarkBytes, lowMarkBytes);
        output.setMarks(highMarkBytes, lowMarkBytes);
    }

    @Override
    public boolean isWritable() {
        return output.isWritable();
    }

    @Override
    public long pendingByteCount() {
        return output.pendingByteCount();
    }

    @Override
    public void notifyFlushed(long ticket) {
        output.afterAllSent(() -> {
            if (events != null) {
                events.flushed(ticket);
            }
        });
    }

    @Override
    public void beginTls() {
        output.beginLayer();
    }

    @Override
    public void endOutputBy(OutputEnd end) {
        output.endBy(end);
    }

    @Override
    public boolean canWriteEof() {
        return output.canHalfClose();
    }

    @Override
    public void writeEof() {
        output.afterAllSent(() -> {
            if (phase == Phase.OPEN) {
                output.halfClose();
            }
        });
    }

    @Override
    public boolean finish() {
        if (phase == Phase.OPEN) {
            phase = Phase.FINISHING;
            if (output.failure() == null) {
                output.afterAllSent(this::allSent);
            } else {
                failBecause(output.failure()); // there is nothing left to send, and no end
                closeChannel();
            }
        }
        return output.canFinish();
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
        if (phase == Phase.FINISHED && events != null) {
            events.outputFinished();
        }
    }

    @Override
    public void close() {
        closeChannel();
    }

    private void closeChannel() {
        if (phase == Phase.OPEN || phase == Phase.FINISHING || phase == Phase.FINISHED) {
            phase = Phase.CLOSING;
            output.close();
        }
    }

    @Override
    public void abort() {
        if (phase != Phase.CLOSED && phase != Phase.DETACHED) {
            phase = Phase.CLOSING;
            output.abort();
        }
    }

    @Override
    public void detach() {
        phase = Phase.DETACHED;
        idleWatches.forEach(IdleWatch::stop);
        events = null;
        if (input != null) {
            input.stopWatchingForReset();
        }
    }

    boolean hasInputEnded() {
        return input != null && input.hasEnded();
    }

    /** Whether the next owner wants to hear of a half-closed channel; otherwise an end of input closes it. */
    boolean mayTellHalfClosure() {
        return borrowed != null && Boolean.TRUE.equals(borrowed.halfClosure());
    }

    boolean isDetached() {
        return phase == Phase.DETACHED;
    }

    /** Gives the channel its former settings back, reading last: it may begin at once. */
    void giveBack() {
        if (input != null) {
            input.giveBack();
        }
        if (borrowed != null) {
            borrowed.giveBack(channel.config());
        }
    }

    @Override
    public @Nullable Object extraInfo(String name) {
        return switch (name) {
            case "peername" -> facts.peername();
            case "sockname" -> facts.sockname();
            case "peercred" -> facts.peercred();
            case "channel" -> channel;
            default -> null;
        };
    }

    // ---- told by the pipeline

    void onRead(ByteBuf buffer) {
        if (input != null) {
            input.arrived(buffer, events);
        } else {
            buffer.release();
        }
    }

    void onReadComplete() {
        if (input != null) {
            input.readCompleted();
        }
        if (events != null) {
            events.turnEnded();
        }
    }

    void onInputEnded() {
        if (hasInputEnded() || failure != null) {
            return;
        }
        if (input != null) {
            input.end();
        }
        if (output.failure() != null) {
            failBecause(output.failure()); // a reset that a write was told of looks like an end to the read behind it
            closeChannel();
        } else if (events != null) {
            events.eofReceived();
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

    void onWritabilityChanged() {
        if (!channel.isWritable()) {
            return;
        }
        if (output.isFirst()) {
            calls.report(this::tellWritable);
        } else {
            // Behind the failures of writes that have made the room: a layer may tell of both by tasks.
            loop.execute(this::tellWritable);
        }
    }

    private void tellWritable() {
        if (events != null && output.hasLostNothing()) {
            events.writable();
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
            calls.report(this::closeChannel);
        }
    }

    /** The first reason stays. */
    private void failBecause(@Nullable Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    private void outputFailed(Throwable reason) {
        if (phase == Phase.CLOSED || phase == Phase.DETACHED) {
            return;
        }
        if (phase == Phase.OPEN && events != null) {
            events.outputFailed(reason);
        }
        if (phase != Phase.OPEN || hasInputEnded()) {
            failBecause(reason);
            closeChannel();
        }
    }

    void onInactive() {
        calls.report(this::gone);
    }

    private void gone() {
        if (phase == Phase.CLOSED || phase == Phase.DETACHED) {
            return;
        }
        boolean isInOrder = phase == Phase.CLOSING || phase == Phase.FINISHED || phase == Phase.RESET;
        phase = Phase.CLOSED;
        idleWatches.forEach(IdleWatch::stop);
        output.drop();
        if (input != null) {
            input.stopWatchingForReset();
        }
        TransportEvents receiver = events;
        events = null;
        if (receiver != null) {
            receiver.connectionLost(failure != null || isInOrder ? failure : new ClosedChannelException());
        }
    }
}
