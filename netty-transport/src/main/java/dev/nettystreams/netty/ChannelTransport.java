package dev.nettystreams.netty;

import dev.nettystreams.TlsTruncationException;
import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.OutputEnd;
import dev.nettystreams.spi.Transport;
import dev.nettystreams.spi.TransportEvents;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A Netty channel as a {@link Transport}.
 *
 * <pre>
 *   in:   channelRead(ByteBuf) --BufferChunk, lent--> events.dataReceived;  channelReadComplete --> events.turnEnded
 *   out:  write --> WriteBuffer --push--> channel's outbound buffer --flush--> socket
 *   end:  OPEN --finish--> FINISHING --all sent, and FIN--> FINISHED --close--> CLOSING --inactive--> CLOSED
 *           \____________________abort, failure of the input or the output______/
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
 *     {@code close}; what happens inside a call of ours is told by a later task.
 * </ul>
 *
 * <p>Confined to the connection's loop, save {@link #loop} and {@link #extraInfo}.
 */
final class ChannelTransport implements Transport {
    private enum Phase {
        OPEN,
        FINISHING,
        FINISHED,
        CLOSING,
        CLOSED,
        DETACHED
    }

    private final ChannelHandlerContext context;
    private final Channel channel;
    private final Loop loop;
    private final ConnectionFacts facts;
    private final WriteOutcomes outcomes;
    private final WriteBuffer writeBuffer;
    private final OutputEnding ending;
    private final BufferChunk chunk = new BufferChunk();

    private @Nullable TransportEvents events;
    private @Nullable ChannelSettings borrowed;
    private @Nullable ReceiveBuffers receiveBuffers;
    private @Nullable UringStallFix stallFix; // on io_uring
    private int highMarkBytes;
    private Phase phase = Phase.OPEN;
    private int callDepth;
    private boolean isReading;
    private boolean inputEnded;
    private boolean outputEnded; // its end has been asked for, or it has failed
    private @Nullable Throwable failure;
    private @Nullable Throwable outputFailure;

    /** @param context of the handler that stands for the streams in the pipeline */
    ChannelTransport(ChannelHandlerContext context) {
        this.context = context;
        this.channel = context.channel();
        this.loop = new EventLoopLoop(context.executor());
        this.facts = ConnectionFacts.of(channel);
        this.outcomes = new WriteOutcomes(context, this::writeLost);
        this.writeBuffer = new WriteBuffer(context, outcomes);
        this.ending = new OutputEnding(context);
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public void start(TransportEvents events, int highMarkBytes, int lowMarkBytes) {
        this.events = events;
        this.highMarkBytes = highMarkBytes;
        borrowed = ChannelSettings.borrow(channel.config(), highMarkBytes, lowMarkBytes);
        receiveBuffers = ReceiveBuffers.install(context);
        chunk.comesFrom(receiveBuffers);
        stallFix = UringStallFix.of(channel, this::onReset);
        isReading = true;
        enter();
        channel.config().setAutoRead(true);
        leave();
        if (!channel.isActive()) {
            loop.execute(this::onInactive);
        } else if (channel instanceof DuplexChannel duplex && duplex.isInputShutdown()) {
            loop.execute(this::onInputEnded); // before this handler was there
        }
    }

    // ---- called by the streams

    @Override
    public void pauseReading() {
        if (isReading) {
            isReading = false;
            channel.config().setAutoRead(false);
            if (stallFix != null) {
                stallFix.watchForReset();
            }
        }
    }

    @Override
    public void resumeReading() {
        boolean isOver = inputEnded || phase == Phase.CLOSED || phase == Phase.DETACHED || loop.isEnding();
        if (!isReading && !isOver) {
            isReading = true;
            if (stallFix != null) {
                stallFix.stopWatchingForReset();
            }
            enter();
            channel.config().setAutoRead(true);
            leave();
        }
    }

    @Override
    public void write(byte[] source, int offset, int byteCount) {
        if (isWriting()) {
            enter();
            writeBuffer.append(source, offset, byteCount);
            leave();
        }
    }

    @Override
    public void writeOwned(ByteBuffer source) {
        if (isWriting()) {
            enter();
            writeBuffer.appendOwned(source);
            leave();
        }
    }

    @Override
    public void write(Chunk source) {
        if (!isWriting()) {
            source.skip(source.remaining());
        } else if (source instanceof BufferChunk own) {
            enter();
            writeBuffer.append(own);
            leave();
        } else {
            byte[] copy = new byte[source.remaining()];
            source.take(copy, 0, copy.length);
            write(copy, 0, copy.length);
        }
    }

    private boolean isWriting() {
        return phase == Phase.OPEN && !outputEnded;
    }

    @Override
    public void flush() {
        enter();
        writeBuffer.push();
        context.flush();
        leave();
        watchForStall();
    }

    @Override
    public boolean isWritable() {
        int gathered = writeBuffer.byteCount();
        return !outcomes.isLost()
                && channel.isWritable()
                && (gathered == 0 || gathered + queuedByteCount() <= highMarkBytes);
    }

    @Override
    public long pendingByteCount() {
        return writeBuffer.byteCount() + queuedByteCount();
    }

    private long queuedByteCount() {
        ChannelOutboundBuffer queued = channel.unsafe().outboundBuffer();
        return queued == null ? 0 : queued.totalPendingWriteBytes();
    }

    @Override
    public void notifyFlushed(long ticket) {
        afterAllSent(() -> {
            if (events != null) {
                events.flushed(ticket);
            }
        });
    }

    /**
     * Runs an action, by a later task, when all that was written is with the operating system; never if it is lost. By
     * a task also when Netty calls of its own: shutting the output down from inside a write's completion confuses
     * io_uring.
     */
    private void afterAllSent(Runnable action) {
        enter();
        writeBuffer.push();
        outcomes.whenSent(() -> executeUnlessEnded(action));
        context.flush();
        leave();
        watchForStall();
    }

    /** From inside a write of Netty's, which must not fail because the loop ends. */
    private void executeUnlessEnded(Runnable action) {
        try {
            loop.execute(action);
        } catch (RejectedExecutionException e) {
            // the connection ends with its loop, and is told so
        }
    }

    private void watchForStall() {
        if (stallFix != null && inputEnded) {
            stallFix.watchOutput();
        }
    }

    @Override
    public void beginTls() {
        ending.beginLayer();
    }

    @Override
    public void endOutputBy(OutputEnd end) {
        ending.endBy(end);
    }

    @Override
    public boolean canWriteEof() {
        return ending.canHalfClose();
    }

    @Override
    public void writeEof() {
        afterAllSent(this::halfClose);
    }

    private void halfClose() {
        if (phase == Phase.OPEN && !outputEnded) {
            outputEnded = true;
            ending.halfClose().exceptionally(this::endLost);
        }
    }

    @Override
    public boolean finish() {
        if (phase == Phase.OPEN) {
            phase = Phase.FINISHING;
            if (outputFailure == null) {
                afterAllSent(this::allSent);
            } else {
                failure = failure == null ? outputFailure : failure;
                closeChannel(); // there is nothing left to send, and no end
            }
        }
        return ending.canFinish();
    }

    private void allSent() {
        if (phase != Phase.FINISHING) {
            return;
        }
        outputEnded = true;
        if (ending.canFinish()) {
            ending.finish().thenRun(this::endSent).exceptionally(this::endLost);
        } else {
            endSent();
        }
    }

    /** Known at once, and told by a task: a peer may answer the end by a reset before that task runs. */
    private void endSent() {
        if (phase == Phase.FINISHING) {
            phase = Phase.FINISHED;
            executeUnlessEnded(this::tellFinished);
        }
    }

    private void tellFinished() {
        if (phase == Phase.FINISHED && events != null) {
            events.outputFinished();
        }
    }

    /** A peer that has not been told of the end would take what it has for a part. */
    private @Nullable Void endLost(Throwable cause) {
        later(() -> {
            outputEnded = false;
            outputFailed(Reason.unwrapped(cause));
        });
        return null;
    }

    @Override
    public void close() {
        closeChannel();
    }

    private void closeChannel() {
        if (phase == Phase.OPEN || phase == Phase.FINISHING || phase == Phase.FINISHED) {
            phase = Phase.CLOSING;
            enter();
            writeBuffer.drop();
            ending.close();
            leave();
        }
    }

    @Override
    public void abort() {
        if (phase == Phase.CLOSED || phase == Phase.DETACHED) {
            return;
        }
        phase = Phase.CLOSING;
        enter();
        writeBuffer.drop();
        try {
            channel.config().setOption(ChannelOption.SO_LINGER, 0); // a reset, and nothing left behind in the kernel
        } catch (RuntimeException e) {
            // not a TCP socket, or gone already: closing is all that can be done
        }
        if (ending.isSecured()) {
            channel.unsafe().close(channel.voidPromise()); // past the TLS layer, which would say goodbye first
        } else {
            ending.close();
        }
        leave();
    }

    @Override
    public void detach() {
        phase = Phase.DETACHED;
        if (stallFix != null) {
            stallFix.stopWatchingForReset();
        }
        events = null;
    }

    boolean hasInputEnded() {
        return inputEnded;
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
        if (receiveBuffers != null) {
            receiveBuffers.end();
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
        TransportEvents receiver = events;
        try {
            if (receiver != null && buffer.isReadable()) {
                receiver.dataReceived(chunk.lending(buffer));
            }
        } finally {
            chunk.takeBack();
            buffer.release();
        }
    }

    void onReadComplete() {
        if (stallFix != null && !inputEnded) {
            stallFix.readCompleted();
        }
        if (events != null) {
            events.turnEnded();
        }
    }

    void onInputEnded() {
        if (inputEnded || failure != null) {
            return;
        }
        inputEnded = true;
        if (outputFailure != null) {
            failure = outputFailure; // a reset that the write was told of looks like an end to the read behind it
            closeChannel();
            return;
        }
        // AUTO_READ stays as it is: cleared from inside the end, it leaves an io_uring channel that never closes.
        isReading = false;
        watchForStall();
        if (stallFix != null) {
            stallFix.watchForReset();
        }
        if (events != null) {
            events.eofReceived();
        }
    }

    /** Behind the peer's end nobody reads, so a reset is no read error. Other input ends with the error itself. */
    void onReset() {
        boolean isOpen = phase == Phase.OPEN || phase == Phase.FINISHING;
        if (inputEnded && !outputEnded && isOpen) {
            onException(new IOException("Connection reset by peer"));
        }
    }

    void onOutputEnded() {
        if (!outputEnded) {
            later(() -> outputFailed(failure));
        }
    }

    void onWritabilityChanged() {
        if (!channel.isWritable()) {
            return;
        }
        if (outcomes.isFirst()) {
            later(this::tellWritable);
        } else {
            loop.execute(this::tellWritable); // behind the failures of writes that have made the room: a layer may tell
            // of both by tasks
        }
    }

    private void tellWritable() {
        if (events != null && !outcomes.isLost()) {
            events.writable();
        }
    }

    /** Of a write, by its promise. */
    private void writeLost(Throwable cause) {
        Throwable reason =
                cause instanceof ChannelOutputShutdownException && cause.getCause() != null ? cause.getCause() : cause;
        later(() -> outputFailed(reason));
    }

    /** An error of the input, or of a handler. */
    void onException(Throwable cause) {
        if (cause instanceof ChannelOutputShutdownException || cause instanceof ClosedChannelException) {
            writeLost(cause); // of another handler, by a void promise; without effect behind our own end
        } else if (phase == Phase.FINISHED || (phase == Phase.FINISHING && cause instanceof TlsTruncationException)) {
            onInputEnded(); // nobody reads any more, and the peer may go on reading
        } else {
            if (failure == null) {
                failure = cause;
            }
            later(this::closeChannel);
        }
    }

    private void outputFailed(@Nullable Throwable cause) {
        if (phase == Phase.CLOSED || phase == Phase.DETACHED || outputEnded) {
            return;
        }
        outputEnded = true;
        Throwable reason = cause == null ? new IOException("the output was shut down") : cause;
        writeBuffer.drop();
        outputFailure = reason;
        if (phase == Phase.OPEN && events != null) {
            events.outputFailed(reason);
        }
        if (phase != Phase.OPEN || inputEnded) {
            if (failure == null) {
                failure = reason;
            }
            closeChannel();
        }
    }

    void onInactive() {
        later(this::lost);
    }

    private void lost() {
        if (phase == Phase.CLOSED || phase == Phase.DETACHED) {
            return;
        }
        boolean asAsked = phase == Phase.CLOSING || phase == Phase.FINISHED;
        phase = Phase.CLOSED;
        writeBuffer.drop();
        if (stallFix != null) {
            stallFix.stopWatchingForReset();
        }
        TransportEvents receiver = events;
        events = null;
        if (receiver != null) {
            receiver.connectionLost(failure != null || asAsked ? failure : new ClosedChannelException());
        }
    }

    private void enter() {
        callDepth++;
    }

    private void leave() {
        callDepth--;
    }

    /** Now if Netty calls us of its own, by a later task if this is inside a call of the streams. */
    private void later(Runnable report) {
        if (callDepth > 0) {
            loop.execute(report);
        } else {
            report.run();
        }
    }
}
