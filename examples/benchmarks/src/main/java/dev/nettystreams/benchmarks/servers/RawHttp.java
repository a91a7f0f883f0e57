package dev.nettystreams.benchmarks.servers;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/** {@link Mode#HTTP} by hand: a request ends at its blank line. */
final class RawHttp extends RawHandler {
    private static final ByteBuf SMALL = shared(Protocol.SMALL_FILE);
    private static final ByteBuf LARGE = shared(Protocol.LARGE_FILE);

    private @Nullable ByteBuf incomplete;
    private byte @Nullable [] requestLine;

    private static ByteBuf shared(byte[] bytes) {
        return Unpooled.unreleasableBuffer(Unpooled.directBuffer(bytes.length).writeBytes(bytes));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf input = (ByteBuf) message;
        if (incomplete != null) {
            ByteBuf whole = incomplete.writeBytes(input);
            input.release();
            input = whole;
            incomplete = null;
        }
        int end;
        while ((end = input.indexOf(input.readerIndex(), input.writerIndex(), (byte) '\n')) >= 0) {
            takeLine(context, input, end + 1 - input.readerIndex());
        }
        if (input.isReadable()) {
            incomplete = context.alloc().buffer(input.readableBytes() + 256).writeBytes(input);
        }
        input.release();
    }

    private void takeLine(ChannelHandlerContext context, ByteBuf input, int byteCount) {
        if (requestLine == null) {
            requestLine = ByteBufUtil.getBytes(input, input.readerIndex(), byteCount);
        } else if (byteCount <= 2) {
            byte[] response = Protocol.fileFor(requestLine);
            requestLine = null;
            context.write(responseBuffer(response), context.voidPromise());
        }
        input.skipBytes(byteCount);
    }

    /** Slices, because a duplicate may grow: under TLS, Netty would append the next response to the shared one. */
    private static ByteBuf responseBuffer(byte[] response) { // the lengths differ
        if (response.length == Protocol.SMALL_FILE.length) {
            return SMALL.retainedSlice();
        }
        return response.length == Protocol.LARGE_FILE.length ? LARGE.retainedSlice() : Unpooled.wrappedBuffer(response);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (incomplete != null) {
            incomplete.release();
            incomplete = null;
        }
    }
}
