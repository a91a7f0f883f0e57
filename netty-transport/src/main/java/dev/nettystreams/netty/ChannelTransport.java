package dev.nettystreams.netty;

import dev.nettystreams.spi.Block;
import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.IdleWatch;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.OutputEnd;
import dev.nettystreams.spi.Transport;
import dev.nettystreams.spi.TransportEvents;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Netty channel as a {@link Transport}: two halves, {@link ChannelInput} and {@link ChannelOutput}, and the
 * {@linkplain ChannelEnd end} of both. This class routes the calls of the streams, and the events of the pipeline.
 *
 * <pre>
 *   in:   channelRead(ByteBuf) --BufferChunk, lent--> events.dataReceived;  channelReadComplete --> events.turnEnded
 *   out:  write, flush --> ChannelOutput --> socket;                        sent --> events.flushed, events.writable
 *   end:  finish, close, abort, a failure, the peer's end --> ChannelEnd  --> events.eofReceived, connectionLost, ...
 * </pre>
 *
 * Writability changes are fired from inside {@code write} and {@code flush}, promises fail from inside {@code close};
 * what happens inside a call of ours is told by a later task ({@link CallsOfStreams}).
 *
 * <p>Confined to the connection's loop, save {@link #loop}, {@link #canWriteEof}, {@link #copyOf} and
 * {@link #extraInfo}.
 */
final class ChannelTransport implements Transport {
    private final ChannelHandlerContext context;
    private final Channel channel;
    private final Loop loop;
    private final ConnectionFacts facts;
    private final CallsOfStreams calls;
    private final ChannelOutput output;
    private final ChannelEnd end;
    private final IdleTimeouts idleTimeouts;

    private List<IdleWatch> idleWatches = List.of(); // from the start on, like the two below
    private @Nullable ChannelSettings borrowed;
    private @Nullable ChannelInput input;

    /** @param context of the handler that stands for the streams in the pipeline */
    ChannelTransport(ChannelHandlerContext context, IdleTimeouts idleTimeouts) {
        this.idleTimeouts = idleTimeouts;
        this.context = context;
        this.channel = context.channel();
        this.loop = new NettyLoop(context.executor());
        this.facts = ConnectionFacts.of(channel);
        this.calls = new CallsOfStreams(loop);
        this.output = new ChannelOutput(
                context, calls, reason -> end().onOutputFailed(reason), this::afterFlush, this::tellWritable);
        this.end = new ChannelEnd(calls, output, this::release);
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public void start(TransportEvents events, int highMarkBytes, int lowMarkBytes) {
        borrowed = ChannelSettings.borrow(channel.config(), highMarkBytes, lowMarkBytes);
        output.setMarks(highMarkBytes, lowMarkBytes);
        ChannelInput fresh = new ChannelInput(context, calls, end::onReset);
        input = fresh;
        end.start(fresh, events);
        fresh.resume();
        idleWatches = idleTimeouts.watches(loop, fresh, output, events, end);
        idleWatches.forEach(IdleWatch::start);
        if (!channel.isActive()) {
            loop.execute(end::onInactive);
        } else if (fresh.hasEndedAlready()) {
            loop.execute(end::onInputEnded); // before this handler was there
        }
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
        if (input != null && !end.isOver() && !loop.isEnding()) {
            input.resume();
        }
    }

    @Override
    public void write(byte[] source, int offset, int byteCount) {
        if (end.isOpen()) {
            output.write(source, offset, byteCount);
        } else {
            end.writeMeetsEnd();
        }
    }

    @Override
    public void writeOwned(ByteBuffer source) {
        if (end.isOpen()) {
            output.writeOwned(source);
        } else {
            end.writeMeetsEnd();
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
        } else if (end.isOpen()) {
            output.write(own);
        } else {
            own.release();
            end.writeMeetsEnd();
        }
    }

    @Override
    public void write(Chunk source) {
        if (end.isOpen()) {
            output.write(source);
        } else {
            end.writeMeetsEnd();
            source.skip(source.remaining());
        }
    }

    @Override
    public boolean writeFile(FileChannel file, long position, int byteCount) {
        return end.isOpen() && output.writeFile(file, position, byteCount);
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
        output.afterAllSent(() -> end.tell(receiver -> receiver.flushed(ticket)));
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
            if (end.isOpen()) {
                output.halfClose();
            }
        });
    }

    @Override
    public boolean finish() {
        end.finish();
        return output.canFinish();
    }

    @Override
    public void close() {
        end.close();
    }

    @Override
    public void abort() {
        end.abort();
    }

    @Override
    public void detach() {
        end.detach();
        stopWatching();
    }

    private void stopWatching() {
        idleWatches.forEach(IdleWatch::stop);
        if (input != null) {
            input.stopWatchingForReset();
        }
    }

    /** The channel is closed. */
    private void release() {
        stopWatching();
        output.drop();
    }

    /** The end, which the pipeline tells of errors and ends. */
    ChannelEnd end() {
        return end;
    }

    /** Whether the next owner wants to hear of a half-closed channel; otherwise an end of input closes it. */
    boolean mayTellHalfClosure() {
        return borrowed != null && Boolean.TRUE.equals(borrowed.halfClosure());
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
        return name.equals("channel") ? channel : facts.named(name);
    }

    // ---- told by the pipeline

    void onRead(ByteBuf buffer) {
        if (input != null) {
            input.arrived(buffer, end.receiver());
        } else {
            buffer.release();
        }
    }

    void onReadComplete() {
        if (input != null) {
            input.readCompleted();
        }
        end.tell(TransportEvents::turnEnded);
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
        if (output.hasLostNothing()) {
            end.tell(TransportEvents::writable);
        }
    }
}
