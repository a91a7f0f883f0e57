package dev.nettystreams.benchmarks.servers;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;

/** {@link Mode#SOURCE}: writes while the channel is writable. */
final class RawSource extends RawHandler {
    private static final ByteBuf ZEROS = Unpooled.unreleasableBuffer(
            Unpooled.directBuffer(Protocol.BLOCK_BYTES).writeZero(Protocol.BLOCK_BYTES));

    private int number;
    private long left;
    private boolean isPumping;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf input = (ByteBuf) message;
        while (input.isReadable()) {
            byte next = input.readByte();
            if (next == '\n') {
                left += number;
                number = 0;
            } else if (next >= '0' && next <= '9') {
                number = number * 10 + next - '0';
            }
        }
        input.release();
        pump(context);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        pump(context);
    }

    private void pump(ChannelHandlerContext context) {
        if (isPumping) { // a flush below changed the writability
            return;
        }
        isPumping = true;
        while (left > 0 && context.channel().isWritable()) {
            int byteCount = (int) Math.min(left, Protocol.BLOCK_BYTES);
            left -= byteCount;
            context.write(ZEROS.retainedSlice(0, byteCount), context.voidPromise());
            if (!context.channel().isWritable()) {
                context.flush();
            }
        }
        isPumping = false;
        context.flush();
    }
}
