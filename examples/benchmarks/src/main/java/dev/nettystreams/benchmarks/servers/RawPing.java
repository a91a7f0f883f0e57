package dev.nettystreams.benchmarks.servers;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/** {@link Mode#PING} as a state machine by hand, without an array; the replies to one read are one write. */
final class RawPing extends RawHandler {
    private static final int MOST_REPLIES = 1024;
    private static final ByteBuf REPLIES = replies();

    private @Nullable ByteBuf incomplete;
    private int argumentCount;
    private int bytesToSkip;

    private static ByteBuf replies() {
        ByteBuf replies = Unpooled.directBuffer(Protocol.PONG.length * MOST_REPLIES);
        for (int i = 0; i < MOST_REPLIES; i++) {
            replies.writeBytes(Protocol.PONG);
        }
        return Unpooled.unreleasableBuffer(replies);
    }

    /** Returns a number of replies, one after the other. */
    static ByteBuf replies(int count) {
        return REPLIES.retainedSlice(0, count * Protocol.PONG.length);
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
        int replies = take(input);
        if (input.isReadable()) {
            incomplete = context.alloc().buffer(input.readableBytes() + 256).writeBytes(input);
        }
        input.release();
        for (; replies > 0; replies -= MOST_REPLIES) {
            context.write(replies(Math.min(replies, MOST_REPLIES)), context.voidPromise());
        }
    }

    /** Takes complete lines and bulk strings, and counts the requests that they end. */
    private int take(ByteBuf input) {
        int requests = 0;
        for (; ; ) {
            if (bytesToSkip > 0) {
                int skipped = Math.min(bytesToSkip, input.readableBytes());
                input.skipBytes(skipped);
                bytesToSkip -= skipped;
                if (bytesToSkip > 0) {
                    return requests;
                }
                if (--argumentCount == 0) {
                    requests++;
                }
            }
            int start = input.readerIndex();
            int end = input.indexOf(start, input.writerIndex(), (byte) '\n');
            if (end < 0) {
                return requests;
            }
            int number = decimal(input, start + 1, end);
            input.readerIndex(end + 1);
            if (argumentCount == 0) {
                argumentCount = number;
            } else {
                bytesToSkip = number + 2;
            }
        }
    }

    static int decimal(ByteBuf input, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            int digit = input.getByte(i) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (incomplete != null) {
            incomplete.release();
            incomplete = null;
        }
    }
}
