package dev.nettystreams.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One client connection, the last handler of its pipeline. Confined to the event loop. */
final class LoadConnection extends ChannelInboundHandlerAdapter {
    /** The place of this connection among the others of a run. */
    final int index;

    private final ByteBuf requests;
    private final int requestByteCount;
    private final ReplyCounter replies;
    private final LoadConnections owner;
    private @Nullable ChannelHandlerContext context;

    /** The number of replies to come. */
    int outstanding;

    /** The number of replies that the current drive has seen. */
    long repliedCount;

    LoadConnection(int index, LoadConnections owner, ByteBuf requests, Exchange exchange) {
        this.index = index;
        this.owner = owner;
        this.requests = requests;
        this.requestByteCount = exchange.requestByteCount();
        this.replies = exchange.newCounter();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    /** Sends a number of requests in one write, at most as many as the connection was made for. */
    void send(int count) {
        ChannelHandlerContext here = context;
        if (here == null) {
            throw new IllegalStateException("the connection is not open");
        }
        outstanding += count;
        here.writeAndFlush(requests.retainedSlice(0, count * requestByteCount), here.voidPromise());
    }

    @Override
    public void channelRead(ChannelHandlerContext here, Object message) {
        int count = replies.countAndRelease(message);
        if (count > outstanding) {
            throw new IllegalStateException("more replies than requests: " + count + " > " + outstanding);
        }
        if (count > 0) {
            outstanding -= count;
            owner.drive().replied(this, count);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext here) {
        owner.fail(new IOException("the server closed a connection"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext here, Throwable cause) {
        owner.fail(cause);
    }
}
