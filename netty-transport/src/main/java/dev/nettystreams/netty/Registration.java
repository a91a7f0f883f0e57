package dev.nettystreams.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.concurrent.RejectedExecutionException;

/**
 * Registers channels with event loops, and tells whatever goes wrong. Netty's own registration tells exceptions only:
 * of an {@link Error}, as of a class that does not link, only a log hears, and the caller of the future waits for ever.
 */
final class Registration {
    private Registration() {}

    /**
     * Registers a channel with a loop of the group.
     *
     * @return fails with whatever was thrown; the channel is then the caller's to close
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
        } catch (Throwable e) { // whatever it was, somebody waits to know
            promise.tryFailure(e);
        }
    }
}
