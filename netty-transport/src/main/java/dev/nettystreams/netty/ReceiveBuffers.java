package dev.nettystreams.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The buffers that a channel receives into. The streams mostly copy received bytes at once, so all connections of an
 * event loop can receive into one block of {@link LoopBlocks}: no allocation per read, 64 KiB per system call, and no
 * buffer for an idle connection.
 *
 * <pre>
 *   the streams are first in the pipeline --> the loop's current block; once its memory is kept (a relay, borrowed or
 *                                             held bytes), the next free one; none is free: the former allocator
 *   another handler is before them (TLS)  --> the channel's former allocator
 * </pre>
 *
 * <p>Not for io_uring, whose reads stay in progress while other channels read.
 *
 * <p>One object per channel. Confined to the channel's loop.
 */
@SuppressWarnings("deprecation") // the interface's own types
final class ReceiveBuffers implements MaxMessagesRecvByteBufAllocator {
    private final MaxMessagesRecvByteBufAllocator former;
    private @Nullable ChannelHandlerContext streams;

    private ReceiveBuffers(ChannelHandlerContext streams, MaxMessagesRecvByteBufAllocator former) {
        this.streams = streams;
        this.former = former;
    }

    /**
     * Replaces a channel's receive allocator; leaves it in place if the channel reads ahead, or if the allocator is of
     * another kind.
     *
     * @param streams the context of the streams' handler
     */
    static @Nullable ReceiveBuffers install(ChannelHandlerContext streams) {
        ChannelConfig config = streams.channel().config();
        if (IoBackend.readsAhead(streams.channel().eventLoop())
                || !(config.getRecvByteBufAllocator() instanceof MaxMessagesRecvByteBufAllocator former)
                || !(former.newHandle() instanceof RecvByteBufAllocator.ExtendedHandle)) {
            return null;
        }
        ReceiveBuffers buffers = new ReceiveBuffers(streams, former);
        config.setRecvByteBufAllocator(buffers);
        return buffers;
    }

    /** Returns to the former allocator from now on; the channel may keep its handle to this one for life. */
    void end() {
        streams = null;
    }

    @Override
    public int maxMessagesPerRead() {
        return former.maxMessagesPerRead();
    }

    @Override
    public MaxMessagesRecvByteBufAllocator maxMessagesPerRead(int messageCount) {
        former.maxMessagesPerRead(messageCount);
        return this;
    }

    private boolean isFirst() {
        ChannelHandlerContext own = streams;
        return own != null && own.equals(own.pipeline().firstContext());
    }

    @Override
    public Handle newHandle() {
        return new LendingHandle(former.newHandle());
    }

    private final class LendingHandle extends RecvByteBufAllocator.DelegatingHandle
            implements RecvByteBufAllocator.ExtendedHandle {
        LendingHandle(RecvByteBufAllocator.Handle formers) {
            super(formers);
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            ByteBuf block = isFirst() ? LoopBlocks.ofLoop().lendToReceive() : null;
            return block == null ? delegate().allocate(allocator) : block;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
            return ((RecvByteBufAllocator.ExtendedHandle) delegate()).continueReading(maybeMoreData);
        }
    }
}
