package dev.nettystreams.benchmarks.load;

import io.netty.buffer.ByteBuf;

/** Counts complete replies in the bytes of one connection, however these are cut. */
interface ReplyCounter {
    /**
     * Takes received bytes.
     *
     * @return the number of replies that end in them
     * @throws IllegalStateException if they are no reply
     */
    int count(ByteBuf input);

    /** Returns a counter for replies of one length. */
    static ReplyCounter ofLength(int byteCount) {
        return new ReplyCounter() {
            private long received;

            @Override
            public int count(ByteBuf input) {
                received += input.readableBytes();
                int replies = (int) (received / byteCount);
                received %= byteCount;
                return replies;
            }
        };
    }
}
