package dev.nettystreams.netty;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.ServerChannel;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.nio.AbstractNioMessageChannel;
import java.net.SocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A listening Unix socket over the JDK's selector, which accepts {@link NioUnixChannel}s. For bootstraps of
 * applications that add streams to the channels; {@link NettyStreams} creates its own.
 */
public final class NioUnixServerChannel extends AbstractNioMessageChannel implements ServerChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);
    private final Config config = new Config(this);

    /** Creates a channel to be bound. */
    public NioUnixServerChannel() {
        super(null, JdkUnixSockets.open(ServerSocketChannel::open), SelectionKey.OP_ACCEPT);
    }

    /** Adds one option to Netty's default: the backlog. */
    private static final class Config extends DefaultChannelConfig {
        private int backlog = 100;

        private Config(NioUnixServerChannel channel) {
            super(channel, new ServerChannelRecvByteBufAllocator());
        }

        @Override
        public <T> boolean setOption(ChannelOption<T> option, T value) {
            if (option.equals(ChannelOption.SO_BACKLOG)) {
                backlog = (Integer) value;
                return true;
            }
            return super.setOption(option, value);
        }

        @Override
        protected void autoReadCleared() {
            ((NioUnixServerChannel) channel).clearReadPending();
        }
    }

    @Override
    protected ServerSocketChannel javaChannel() {
        return (ServerSocketChannel) super.javaChannel();
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    public boolean isActive() {
        return isOpen() && localAddress0() != null;
    }

    @Override
    protected void doBind(SocketAddress localAddress) throws Exception {
        javaChannel().bind(localAddress, config.backlog);
    }

    @Override
    protected int doReadMessages(List<Object> accepted) throws Exception {
        SocketChannel socket = javaChannel().accept();
        if (socket == null) {
            return 0;
        }
        accepted.add(new NioUnixChannel(this, socket));
        return 1;
    }

    @Override
    protected void doClose() throws Exception {
        super.doClose();
        javaChannel().close();
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return JdkUnixSockets.localAddressOf(javaChannel());
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return null;
    }

    // A listening channel neither connects nor writes.

    @Override
    protected boolean doConnect(SocketAddress remoteAddress, SocketAddress localAddress) {
        throw new UnsupportedOperationException("a server channel does not connect");
    }

    @Override
    protected void doFinishConnect() {
        throw new UnsupportedOperationException("a server channel does not connect");
    }

    @Override
    protected void doDisconnect() {
        throw new UnsupportedOperationException("a server channel does not disconnect");
    }

    @Override
    protected boolean doWriteMessage(Object message, ChannelOutboundBuffer in) {
        throw new UnsupportedOperationException("a server channel does not write");
    }
}
