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
 * Where a channel's received bytes are put first. What the streams read is copied at once, so all connections of an event loop
 * can receive into one large buffer: no allocation for each read, 64 KiB for each system call, and nothing for an idle connection.
 *
 * <pre>
 *   the streams are first in the pipeline, and only copy --> the loop's buffer
 *   another handler comes before them (TLS), or received memory is passed on (a relay) --> the channel's former allocator
 * </pre>
 *
 * <p>Whoever keeps a buffer that was lent keeps it: the loop takes it again only when nobody else holds a reference. Not for
 * io_uring, whose reads are under way while other channels read.
 *
 * <p>One object for each channel. Confined to its loop.
 */
@SuppressWarnings("deprecation") // the interface's own types
final class ReceiveBuffers implements MaxMessagesRecvByteBufAllocator {
    private static final int LOOP_BUFFER_BYTES = 64 * 1024;

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

    private final MaxMessagesRecvByteBufAllocator former;
    private @Nullable ChannelHandlerContext streams;
    private boolean isPassedOn;

    private ReceiveBuffers(ChannelHandlerContext streams, MaxMessagesRecvByteBufAllocator former) {
        this.streams = streams;
        this.former = former;
    }

    /**
     * Puts these buffers in the place of a channel's own; leaves it alone if it reads ahead, or by an allocator of another kind.
     *
     * @param streams the streams' handler
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

    /** The channel may keep its handle to these for life; from now on it is the former allocator's. */
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

    /** Received memory is kept by somebody from now on. */
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
            LOOP_BUFFER.remove(); // somebody keeps it
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
