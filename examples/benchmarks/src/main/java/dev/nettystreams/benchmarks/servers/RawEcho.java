package dev.nettystreams.benchmarks.servers;

import io.netty.channel.ChannelHandlerContext;

/** {@link Mode#ECHO} without a copy. */
final class RawEcho extends RawHandler {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        context.write(message, context.voidPromise());
    }
}
