package dev.nettystreams.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.concurrent.RejectedExecutionException;

/**
 * Registers channels with event loops and reports every failure. Netty's own registration reports only exceptions: an
 * {@link Error}, such as a class that does not link, is only logged, and the future never completes.
 */
final class Registration {
    private Registration() {}

    /**
     * Registers a channel with a loop of the group.
     *
     * @return fails with any exception or error; the caller must then close the channel
     */
    static ChannelFuture of(Channel channel, EventLoopGroup group) {
        EventLoop loop = group.next();
        ChannelPromise promise = new DefaultChannelPromise(channel, loop); // the channel has no loop yet
        if (loop.inEventLoop()) {
            register(loop, promise);
            return promise;
        }
        try {
            loop.execute(() -> register(loop, promise));
        } catch (RejectedExecutionException e) {
            promise.tryFailure(e);
        }
        return promise;
    }

    private static void register(EventLoop loop, ChannelPromise promise) {
        try {
            loop.register(promise);
        } catch (Throwable e) { // any failure must reach the waiting caller
            promise.tryFailure(e);
        }
    }
}
