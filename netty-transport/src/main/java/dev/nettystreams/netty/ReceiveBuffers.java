package dev.nettystreams.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

/**
 * The buffers that a channel receives into. The streams copy received bytes at once, so all connections of an event
 * loop can receive into one large buffer: no allocation per read, 64 KiB per system call, and no buffer for an idle
 * connection.
 *
 * <pre>
 *   the streams are first in the pipeline, and only copy --> the loop's buffer
 *   another handler is before them (TLS), or received memory is passed on (a relay) --> the channel's former allocator
 * </pre>
 *
 * <p>A handler that keeps a lent buffer can do so: the loop reuses the buffer only when no one else holds a reference.
 * Not for io_uring, whose reads stay in progress while other channels read.
 *
 * <p>One object per channel. Confined to the channel's loop.
 */
@SuppressWarnings("deprecation") // the interface's own types
final class ReceiveBuffers implements MaxMessagesRecvByteBufAllocator {
    private static final int LOOP_BUFFER_BYTES = 64 * 1024;

    /** Without leak detection: the buffer lives as long as its loop. */
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

    private final MaxMessagesRecvByteBufAllocator former;
    private @Nullable ChannelHandlerContext streams;
    private boolean isPassedOn;

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

    /** Received memory is kept by another owner from now on. */
    void passOn() {
        isPassedOn = true;
    }

    private boolean mayLend() {
        ChannelHandlerContext own = streams;
        return !isPassedOn && own != null && own.equals(own.pipeline().firstContext());
    }

    private static ByteBuf lend() {
        ByteBuf buffer = LOOP_BUFFER.get();
        if (buffer.refCnt() != 1) {
            LOOP_BUFFER.remove(); // another owner keeps it
            buffer = LOOP_BUFFER.get();
        }
        return buffer.clear().retain();
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
            return mayLend() ? lend() : delegate().allocate(allocator);
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
            return ((RecvByteBufAllocator.ExtendedHandle) delegate()).continueReading(maybeMoreData);
        }
    }
}
