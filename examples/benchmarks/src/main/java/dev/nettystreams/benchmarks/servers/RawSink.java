package dev.nettystreams.benchmarks.servers;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;

/** {@link Mode#SINK}; the harness has it behind a relay, too. */
public final class RawSink extends RawHandler {
    private static final ByteBuf REPLY = Unpooled.unreleasableBuffer(
            Unpooled.directBuffer(1).writeByte(Protocol.SINK_REPLY).asReadOnly());

    private int received;

    /** Creates the handler of one connection. */
    public RawSink() {}

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf input = (ByteBuf) message;
        received += input.readableBytes();
        input.release();
        for (; received >= Protocol.SINK_BYTES; received -= Protocol.SINK_BYTES) {
            context.write(REPLY.duplicate(), context.voidPromise());
        }
    }
}
