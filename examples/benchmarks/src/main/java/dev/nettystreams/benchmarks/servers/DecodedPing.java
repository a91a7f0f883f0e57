package dev.nettystreams.benchmarks.servers;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;

/** {@link Mode#PING} behind Netty's line decoder, which can do so because its bulk strings contain no line feed. */
final class DecodedPing extends RawHandler {
    private final LineCount lines = new LineCount();

    /** Counts the lines of requests. */
    static final class LineCount {
        private int linesLeft;

        /** Returns whether the line ends a request. */
        boolean endsRequest(ByteBuf line) {
            if (linesLeft == 0) {
                linesLeft = 2 * RawPing.decimal(line, line.readerIndex() + 1, line.writerIndex());
                return linesLeft == 0;
            }
            return --linesLeft == 0;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf line = (ByteBuf) message;
        if (lines.endsRequest(line)) {
            context.write(RawPing.replies(1), context.voidPromise());
        }
        line.release();
    }
}
