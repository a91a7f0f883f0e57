package dev.nettystreams.netty;

import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.OutputEnd;
import dev.nettystreams.spi.StageFailures;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelOutputShutdownException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The output half of a channel: bytes on their way to the socket, in one order, and its end.
 *
 * <pre>
 *   write --> WriteBuffer --push--> the channel's outbound buffer --flush--> socket
 *
 *   OPEN --all sent, and the end is on its way--> ENDING        OPEN --a write, or the end, is lost--> FAILED
 *                                                 ENDING --the end is lost--> FAILED
 * </pre>
 *
 * Netty counts no byte of a file that it sends, so {@code fileByteCount} does.
 *
 * <p>Confined to the channel's loop, save {@link #canHalfClose}, {@link #pendingByteCount} and
 * {@link #copyOf}.
 */
final class ChannelOutput {
    /** The number of the reasons that handlers can give Netty for not writing. */
    private static final int OTHER_REASONS = 31;

    private enum State {
        OPEN,
        ENDING,
        FAILED
    }

    private final ChannelHandlerContext context;
    private final Channel channel;
    private final CallsOfStreams calls;
    private final Consumer<Throwable> onFailure;
    private final Runnable afterFlush;
    private final WriteOutcomes outcomes;
    private final WriteBuffer writeBuffer;
    private final OutputEnding ending;
    private final Runnable onRoom;
    private int highMarkBytes;
    private int lowMarkBytes;
    private volatile long fileByteCount; // in pieces that are queued; written on the loop
    private State state = State.OPEN;
    private @Nullable Throwable failure;

    /**
     * @param onFailure told once, outside of calls of the streams, that bytes or the end were lost
     * @param afterFlush called after each flush
     * @param onRoom called outside of calls of the streams when a piece of a file has made room
     */
    ChannelOutput(
            ChannelHandlerContext context,
            CallsOfStreams calls,
            Consumer<Throwable> onFailure,
            Runnable afterFlush,
            Runnable onRoom) {
        this.context = context;
        this.channel = context.channel();
        this.calls = calls;
        this.onFailure = onFailure;
        this.afterFlush = afterFlush;
        this.onRoom = onRoom;
        this.outcomes = new WriteOutcomes(context, this::lost);
        this.writeBuffer = new WriteBuffer(context, outcomes);
        this.ending = new OutputEnding(context);
    }

    void setMarks(int highBytes, int lowBytes) {
        boolean isLowered = highBytes < highMarkBytes;
        highMarkBytes = highBytes;
        lowMarkBytes = lowBytes;
        ChannelOutboundBuffer queued = channel.unsafe().outboundBuffer();
        if (isLowered && queued != null && queued.totalPendingWriteBytes() > highBytes && queued.isWritable()) {
            compareWithMarks();
        }
    }

    /** A write of no bytes makes Netty compare its queue with its marks, and tell when the queue is low again. */
    private void compareWithMarks() {
        calls.enter();
        try {
            channel.unsafe().write(Unpooled.EMPTY_BUFFER, channel.newPromise());
        } finally {
            calls.leave();
        }
    }

    // ---- writes

    void write(byte[] source, int offset, int byteCount) {
        if (state == State.OPEN) {
            calls.enter();
            try {
                writeBuffer.append(source, offset, byteCount);
            } finally {
                calls.leave();
            }
        }
    }

    void writeOwned(ByteBuffer source) {
        if (state == State.OPEN) {
            calls.enter();
            try {
                writeBuffer.appendOwned(source);
            } finally {
                calls.leave();
            }
        }
    }

    /** Any thread. */
    BufferBlock copyOf(ByteBuffer source) {
        return writeBuffer.copyOf(source);
    }

    /** Takes the block over. */
    void write(BufferBlock source) {
        if (state != State.OPEN) {
            source.release();
            return;
        }
        calls.enter();
        try {
            writeBuffer.append(source);
        } finally {
            calls.leave();
        }
    }

    void write(Chunk source) {
        if (state != State.OPEN) {
            source.skip(source.remaining());
        } else if (source instanceof BufferChunk own) {
            calls.enter();
            try {
                writeBuffer.append(own);
            } finally {
                calls.leave();
            }
        } else {
            byte[] copy = new byte[source.remaining()];
            source.take(copy, 0, copy.length);
            write(copy, 0, copy.length);
        }
    }

    /** Returns false if the channel cannot send files. */
    boolean writeFile(FileChannel file, long position, int byteCount) {
        if (state != State.OPEN || !FilePiece.maySend(context, file)) {
            return false;
        }
        calls.enter();
        try {
            writeBuffer.push();
            addFileBytes(byteCount);
            FilePiece piece = new FilePiece(file, position, byteCount);
            context.write(piece, outcomes.newPromise(piece, () -> {
                addFileBytes(-byteCount);
                calls.report(onRoom);
            }));
        } finally {
            calls.leave();
        }
        return true;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // written on the loop alone
    private void addFileBytes(int byteCount) {
        fileByteCount += byteCount;
    }

    void flush() {
        calls.enter();
        try {
            writeBuffer.push();
            context.flush();
        } finally {
            calls.leave();
        }
        afterFlush.run();
    }

    boolean isWritable() {
        long uncounted = writeBuffer.byteCount() + fileByteCount;
        return !outcomes.isLost()
                && (channel.isWritable() || isLow(channel.unsafe().outboundBuffer()))
                && (uncounted == 0 || uncounted + queuedByteCount() <= highMarkBytes);
    }

    /**
     * Netty compares the queue with its marks only when the queue changes. After the low mark has been raised, the
     * queue may be low already; other handlers may have a reason of their own to hold up writers.
     */
    private boolean isLow(@Nullable ChannelOutboundBuffer queued) {
        return queued != null
                && queued.totalPendingWriteBytes() <= lowMarkBytes
                && IntStream.rangeClosed(1, OTHER_REASONS).allMatch(queued::getUserDefinedWritability);
    }

    /** Any thread. */
    long pendingByteCount() {
        return writeBuffer.byteCount() + fileByteCount + queuedByteCount();
    }

    private long queuedByteCount() {
        ChannelOutboundBuffer queued = channel.unsafe().outboundBuffer();
        return queued == null ? 0 : queued.totalPendingWriteBytes();
    }

    /**
     * Runs an action, by a later task, when all that was written is with the operating system; never if it is lost. By
     * a task also when Netty calls of its own: shutting the output down from inside a write's completion confuses
     * io_uring.
     */
    void afterAllSent(Runnable action) {
        calls.enter();
        try {
            writeBuffer.push();
            outcomes.whenSent(() -> calls.reportLater(action));
            context.flush();
        } finally {
            calls.leave();
        }
        afterFlush.run();
    }

    /** Whether nothing of another handler may tell of a write by a task of its own. */
    boolean isFirst() {
        return outcomes.isFirst();
    }

    // ---- the end

    void beginLayer() {
        ending.beginLayer();
    }

    void endBy(OutputEnd end) {
        ending.endBy(end);
    }

    /** Any thread. */
    boolean canHalfClose() {
        return ending.canHalfClose();
    }

    /** Whether the peer can be told of the end but by closing the channel. */
    boolean canFinish() {
        return ending.canFinish();
    }

    /** Everything has been sent: ends this direction. */
    void halfClose() {
        if (state == State.OPEN) {
            state = State.ENDING;
            ending.halfClose().exceptionally(this::endLost);
        }
    }

    /** Everything has been sent: ends the output for good, and then acts, at once. */
    void finish(Runnable whenSent) {
        state = State.ENDING;
        if (ending.canFinish()) {
            ending.finish().thenRun(whenSent).exceptionally(this::endLost);
        } else {
            whenSent.run();
        }
    }

    /** Another has ended the output. */
    void shutDown(@Nullable Throwable cause) {
        if (state == State.OPEN) {
            calls.report(() -> failUnlessEnding(cause == null ? new IOException("the output was shut down") : cause));
        }
    }

    /** A write was lost, of the streams or of another handler. */
    void lost(Throwable cause) {
        Throwable reason =
                cause instanceof ChannelOutputShutdownException && cause.getCause() != null ? cause.getCause() : cause;
        calls.report(() -> failUnlessEnding(reason));
    }

    /** A peer that has not been told of the end would take the bytes that it has for a part. */
    private @Nullable Void endLost(Throwable cause) {
        calls.report(() -> fail(StageFailures.unwrapped(cause)));
        return null;
    }

    private void failUnlessEnding(Throwable reason) {
        if (state == State.OPEN) {
            fail(reason);
        }
    }

    private void fail(Throwable reason) {
        if (state != State.FAILED) {
            state = State.FAILED;
            failure = reason;
            writeBuffer.drop();
            onFailure.accept(reason);
        }
    }

    /** Whether the operating system has every byte that was written. */
    boolean hasSentAll() {
        return writeBuffer.byteCount() == 0 && outcomes.hasSentAll();
    }

    /** Returns a number that changes whenever the socket takes bytes, whatever is written meanwhile. */
    long progress() {
        ChannelOutboundBuffer queued = channel.unsafe().outboundBuffer();
        return (outcomes.succeededCount() << 32) + (queued == null ? 0 : queued.currentProgress());
    }

    /** Whether every write has succeeded, or may still. */
    boolean hasLostNothing() {
        return !outcomes.isLost();
    }

    /** Whether neither the end is on its way nor anything lost. */
    boolean isOpen() {
        return state == State.OPEN;
    }

    /** Why it has failed, null if it has not. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    // ---- the channel's end

    void close() {
        calls.enter();
        try {
            writeBuffer.drop();
            ending.close();
        } finally {
            calls.leave();
        }
    }

    void abort() {
        calls.enter();
        try {
            writeBuffer.drop();
            resetOnClose();
            if (ending.isSecured()) {
                channel.unsafe().close(channel.voidPromise()); // past the TLS layer, which would say goodbye first
            } else {
                ending.close();
            }
        } finally {
            calls.leave();
        }
    }

    private void resetOnClose() {
        try {
            channel.config().setOption(ChannelOption.SO_LINGER, 0); // a reset, and nothing left behind in the kernel
        } catch (RuntimeException e) {
            // not a TCP socket, or gone already: closing is all that can be done
        }
    }

    /** The channel is gone. */
    void drop() {
        writeBuffer.drop();
    }
}
