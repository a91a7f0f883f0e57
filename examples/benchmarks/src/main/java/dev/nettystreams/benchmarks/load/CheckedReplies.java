package dev.nettystreams.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/**
 * Compares the first reply of a connection with the expected one, byte by byte; the following ones have its length. A
 * server that speaks another protocol would have figures otherwise.
 */
final class CheckedReplies implements ReplyCounter {
    private final ByteBuf expected;
    private final ReplyCounter counter;
    private int checkedByteCount;

    CheckedReplies(byte[] expected) {
        this.expected = Unpooled.wrappedBuffer(expected);
        this.counter = ReplyCounter.ofLength(expected.length);
    }

    @Override
    public int count(ByteBuf input) {
        int unchecked = expected.readableBytes() - checkedByteCount;
        if (unchecked > 0) {
            int byteCount = Math.min(unchecked, input.readableBytes());
            if (!ByteBufUtil.equals(expected, checkedByteCount, input, input.readerIndex(), byteCount)) {
                throw new IllegalStateException("the first reply differs from the expected one");
            }
            checkedByteCount += byteCount;
        }
        return counter.count(input);
    }
}
