package dev.nettystreams.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Prepares a channel on its event loop, before it connects or is served, then adds the streams' handler at the end of
 * its pipeline.
 */
final class ChannelSetup extends ChannelInitializer<Channel> {
    private final Consumer<? super Channel> preparation;
    private final Supplier<? extends ChannelHandler> streams;
    private final BiConsumer<? super Channel, Throwable> failed;

    /** @param failed called with any failure, which Netty would only log; closes the channel */
    ChannelSetup(
            Consumer<? super Channel> preparation,
            Supplier<? extends ChannelHandler> streams,
            BiConsumer<? super Channel, Throwable> failed) {
        this.preparation = preparation;
        this.streams = streams;
        this.failed = failed;
    }

    @Override
    protected void initChannel(Channel channel) {
        try {
            preparation.accept(channel);
            channel.pipeline().addLast(streams.get());
        } catch (Throwable e) { // any failure must reach the caller
            failed.accept(channel, e);
        }
    }
}
