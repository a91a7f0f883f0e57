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

    /** Does the same with a message, which it releases in any case. */
    default int countAndRelease(Object message) {
        ByteBuf input = (ByteBuf) message;
        try {
            return count(input);
        } finally {
            input.release();
        }
    }

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
