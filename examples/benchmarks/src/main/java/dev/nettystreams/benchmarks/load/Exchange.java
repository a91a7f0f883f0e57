package dev.nettystreams.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Supplier;

/** One request and the form of its reply. */
public final class Exchange {
    private final byte[] request;
    private final Supplier<ReplyCounter> newCounter;

    private Exchange(byte[] request, Supplier<ReplyCounter> newCounter) {
        this.request = request;
        this.newCounter = newCounter;
    }

    /** Creates an exchange whose replies are all the same. */
    static Exchange fixed(byte[] request, byte[] reply) {
        return new Exchange(request, () -> new CheckedReplies(reply));
    }

    /** Creates an exchange whose replies are HTTP responses, all of the length of the first one. */
    static Exchange http(byte[] request, int bodyByteCount) {
        return new Exchange(request, () -> new HttpReplies(bodyByteCount));
    }

    /** Returns a counter for the replies on one connection. */
    ReplyCounter newCounter() {
        return newCounter.get();
    }

    /** Returns the size of a request. */
    int requestByteCount() {
        return request.length;
    }

    /** Returns a number of requests, one after the other, which are released at the end of the run. */
    ByteBuf requests(int count) {
        ByteBuf requests = Unpooled.directBuffer(request.length * count, request.length * count);
        for (int i = 0; i < count; i++) {
            requests.writeBytes(request);
        }
        return requests;
    }
}
