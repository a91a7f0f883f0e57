package dev.nettystreams.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.concurrent.FastThreadLocal;

/**
 * Where a channel's received bytes are put first. What the streams read is copied at once, so all connections of an event loop
 * can receive into one large buffer: no allocation for each read, 64 KiB for each system call, and nothing for an idle connection.
 *
 * <pre>
 *   the streams are first in the pipeline, and only copy --> the loop's buffer
 *   another handler comes before them (TLS), or received memory is passed on (a relay) --> Netty's adaptive buffers
 * </pre>
 *
 * <p>Whoever keeps a buffer that was lent keeps it: the loop takes it again only when nobody else holds a reference. Not for
 * io_uring, whose reads are under way while other channels read.
 *
 * <p>One object for each channel. Confined to its loop.
 */
final class ReceiveBuffers extends AdaptiveRecvByteBufAllocator {
    private static final int LOOP_BUFFER_BYTES = 64 * 1024;
    private static final int READS_PER_TURN = 16; // Netty's own default for streams

    /** Its leaks are not looked for: it is held for as long as the loop lives. */
    private static final UnpooledByteBufAllocator ALLOCATOR = new UnpooledByteBufAllocator(true, true);

    private static final FastThreadLocal<ByteBuf> LOOP_BUFFER = new FastThreadLocal<>() {
        @Override
        protected ByteBuf initialValue() {
            return ALLOCATOR.directBuffer(LOOP_BUFFER_BYTES, LOOP_BUFFER_BYTES);
        }

        @Override
        protected void onRemoval(ByteBuf buffer) {
            buffer.release();
        }
    };

    private final ChannelHandlerContext streams;
    private boolean isPassedOn;

    /** @param streams the streams' handler */
    ReceiveBuffers(ChannelHandlerContext streams) {
        this.streams = streams;
        maxMessagesPerRead(READS_PER_TURN);
    }

    /** Received memory is kept by somebody from now on. */
    void passOn() {
        isPassedOn = true;
    }

    private boolean mayLend() {
        return !isPassedOn && streams.equals(streams.pipeline().firstContext());
    }

    private static ByteBuf lend() {
        ByteBuf buffer = LOOP_BUFFER.get();
        if (buffer.refCnt() != 1) {
            LOOP_BUFFER.remove(); // somebody keeps it
            buffer = LOOP_BUFFER.get();
        }
        return buffer.clear().retain();
    }

    @Override
    @SuppressWarnings("deprecation") // the type that the method has
    public Handle newHandle() {
        return new LendingHandle(super.newHandle());
    }

    @SuppressWarnings("deprecation")
    private final class LendingHandle extends RecvByteBufAllocator.DelegatingHandle
            implements RecvByteBufAllocator.ExtendedHandle {
        LendingHandle(RecvByteBufAllocator.Handle adaptive) {
            super(adaptive);
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            return mayLend() ? lend() : delegate().allocate(allocator);
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
            return ((RecvByteBufAllocator.ExtendedHandle) delegate()).continueReading(maybeMoreData);
        }
    }
}
