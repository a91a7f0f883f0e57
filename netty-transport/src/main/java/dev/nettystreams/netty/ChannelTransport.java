package dev.nettystreams.netty;

import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.Transport;
import dev.nettystreams.spi.TransportEvents;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A Netty channel as a {@link Transport}.
 *
 * <pre>
 *   in:   channelRead(ByteBuf) --BufferChunk, lent--> events.dataReceived;  channelReadComplete --> events.turnEnded
 *   out:  write --> WriteBuffer --push--> channel's outbound buffer --flush--> socket
 *   end:  OPEN --close--> FLUSHING --all sent--> CLOSING (or LINGERING --EOF, quiet, time--> CLOSING) --inactive--> CLOSED
 *           \______abort, failure of the input________________________________/
 * </pre>
 *
 * What Netty does that one would not guess, and what is done about it here:
 * <ul>
 *   <li>{@code Channel.close} drops what is not sent. Closing therefore waits for a fence: an empty buffer whose promise completes
 *       when everything before it is with the operating system.
 *   <li>{@code shutdownOutput} fails queued writes; it is called behind a fence, too.
 *   <li>Closing a socket that has unread input makes the kernel send a reset, which can overtake the last bytes sent. A peer that is
 *       still sending when we close is therefore sent FIN first, and read and dropped until it ends or
 *       {@value #LINGER_MILLIS} ms have passed.
 *   <li>A failed write closes the channel and loses what could still be read ({@code AUTO_CLOSE}); it is off, and the failure becomes
 *       {@code outputFailed}. The channel is closed when the input has ended, too.
 *   <li>A read error is followed by a "the peer has ended its output" event, which would look like a clean end; the error came first and
 *       is what counts.
 *   <li>Writability changes are fired from inside {@code write} and {@code flush}, void promises fail from inside {@code close}; what
 *       happens inside a call of ours is told by a later task.
 * </ul>
 *
 * <p>Confined to the connection's loop, save {@link #loop} and {@link #extraInfo}.
 */
final class ChannelTransport implements Transport {
    private static final long LINGER_MILLIS = 2_000;

    private enum Phase {
        OPEN,
        FLUSHING,
        LINGERING,
        CLOSING,
        CLOSED,
        DETACHED
    }

    private final ChannelHandlerContext context;
    private final Channel channel;
    private final Loop loop;
    private final WriteBuffer writeBuffer;
    private final BufferChunk chunk = new BufferChunk();

    private @Nullable TransportEvents events;
    private @Nullable ChannelSettings borrowed;
    private @Nullable ReceiveBuffers receiveBuffers;
    private @Nullable UringStallFix stallFix; // on io_uring
    private int highMarkBytes;
    private Phase phase = Phase.OPEN;
    private int callDepth;
    private boolean isReading;
    private boolean peerIsStillSending;
    private boolean inputEnded;
    private boolean outputEnded;
    private volatile boolean isSecured;
    private @Nullable List<Runnable> afterOutputEnd; // while writeEof waits for its fence
    private @Nullable Throwable failure;
    private @Nullable Throwable outputFailure;

    /** @param context of the handler that stands for the streams in the pipeline */
    ChannelTransport(ChannelHandlerContext context) {
        this.context = context;
        this.channel = context.channel();
        this.loop = new EventLoopLoop(context.executor());
        this.writeBuffer = new WriteBuffer(context);
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
        stallFix = UringStallFix.of(channel);
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
        }
    }

    @Override
    public void resumeReading() {
        boolean isOver = inputEnded || phase == Phase.CLOSED || phase == Phase.DETACHED || loop.isEnding();
        if (!isReading && !isOver) {
            isReading = true;
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
        return channel.isWritable() && (gathered == 0 || gathered + queuedByteCount() <= highMarkBytes);
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

    /** Runs an action, by a later task, when all that was written is with the operating system; never if it is lost. */
    private void afterAllSent(Runnable action) {
        if (outputEnded) {
            loop.execute(action); // all was sent before the output was ended
        } else if (afterOutputEnd != null) {
            afterOutputEnd.add(action); // a fence of its own would be behind the end of the output, and fail
        } else {
            fence(action);
        }
    }

    private void fence(Runnable action) {
        enter();
        writeBuffer.push();
        // By a task also when Netty calls of its own: shutting the output down from inside a write's completion
        // confuses io_uring.
        context.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(fence -> loop.execute(fence.isSuccess() ? action : () -> outputFailed(fence.cause())));
        leave();
        watchForStall();
    }

    private void watchForStall() {
        if (stallFix != null && inputEnded) {
            stallFix.watchOutput();
        }
    }

    @Override
    public void beginTls() {
        isSecured = true;
    }

    @Override
    public boolean canWriteEof() {
        return channel instanceof DuplexChannel && !isSecured;
    }

    @Override
    public void writeEof() {
        afterOutputEnd = new ArrayList<>(1);
        fence(this::endOutput);
    }

    private void endOutput() {
        if (!outputEnded && channel.isActive()) {
            outputEnded = true;
            ((DuplexChannel) channel).shutdownOutput();
        }
        List<Runnable> waiting = afterOutputEnd;
        afterOutputEnd = null;
        if (waiting != null) {
            waiting.forEach(loop::execute);
        }
    }

    @Override
    public void close() {
        if (phase != Phase.OPEN) {
            return;
        }
        phase = Phase.FLUSHING;
        peerIsStillSending = !isReading && !inputEnded;
        afterAllSent(this::allSent);
    }

    private void allSent() {
        if (phase != Phase.FLUSHING) {
            return;
        }
        if (peerIsStillSending && !inputEnded && canWriteEof()) {
            phase = Phase.LINGERING;
            endOutput();
            loop.schedule(this::closeChannel, TimeUnit.MILLISECONDS.toNanos(LINGER_MILLIS));
        } else {
            closeChannel();
        }
    }

    private void closeChannel() {
        if (phase == Phase.FLUSHING || phase == Phase.LINGERING || phase == Phase.OPEN) {
            phase = Phase.CLOSING;
            enter();
            writeBuffer.drop();
            context.close();
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
        if (isSecured) {
            channel.unsafe().close(channel.voidPromise()); // past the TLS layer, which would say goodbye first
        } else {
            context.close();
        }
        leave();
    }

    @Override
    public void detach() {
        phase = Phase.DETACHED;
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
            case "peername" -> channel.remoteAddress();
            case "sockname" -> {
                SocketAddress published = channel.hasAttr(StreamChannelHandler.SOCKNAME)
                        ? channel.attr(StreamChannelHandler.SOCKNAME).get()
                        : null;
                yield published == null ? channel.localAddress() : published;
            }
            case "channel" -> channel;
            case "peercred" -> PeerCredentialsLookup.of(channel);
            default -> null;
        };
    }

    // ---- told by the pipeline

    void onRead(ByteBuf buffer) {
        TransportEvents receiver = events;
        peerIsStillSending |= phase == Phase.FLUSHING;
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
        if (events != null) {
            events.eofReceived();
        }
        if (phase == Phase.LINGERING) {
            closeChannel();
        }
    }

    void onOutputEnded() {
        if (!outputEnded) {
            later(() -> outputFailed(failure));
        }
    }

    void onWritabilityChanged() {
        if (channel.isWritable()) {
            later(() -> {
                if (events != null) {
                    events.writable();
                }
            });
        }
    }

    /** A read error, or (void promises) a write error. */
    void onException(Throwable cause) {
        if (cause instanceof ChannelOutputShutdownException shutdown) {
            Throwable reason = shutdown.getCause() == null ? shutdown : shutdown.getCause();
            later(() -> outputFailed(reason));
        } else if (cause instanceof ClosedChannelException) {
            later(() -> outputFailed(cause));
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
        afterOutputEnd = null;
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
        boolean asAsked = phase == Phase.CLOSING;
        phase = Phase.CLOSED;
        writeBuffer.drop();
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
