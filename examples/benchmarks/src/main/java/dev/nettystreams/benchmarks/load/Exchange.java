package dev.nettystreams.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** One request and the form of its reply. */
public final class Exchange {
    private final byte[] request;
    private final int replyByteCount;

    private Exchange(byte[] request, int replyByteCount) {
        this.request = request;
        this.replyByteCount = replyByteCount;
    }

    /** Creates an exchange whose replies have so many bytes. */
    static Exchange fixed(byte[] request, int replyByteCount) {
        return new Exchange(request, replyByteCount);
    }

    /** Creates an exchange whose replies are HTTP responses, all of the length of the first one. */
    static Exchange http(byte[] request) {
        return new Exchange(request, 0);
    }

    /** Returns a counter for the replies on one connection. */
    ReplyCounter newCounter() {
        return replyByteCount > 0 ? ReplyCounter.fixed(replyByteCount) : new HttpReplies();
    }

    /** Returns the size of a request. */
    int requestByteCount() {
        return request.length;
    }

    /** Returns so many requests, one after the other, which are released at the end of the run. */
    ByteBuf requests(int count) {
        ByteBuf requests = Unpooled.directBuffer(request.length * count);
        for (int i = 0; i < count; i++) {
            requests.writeBytes(request);
        }
        return requests;
    }
}
