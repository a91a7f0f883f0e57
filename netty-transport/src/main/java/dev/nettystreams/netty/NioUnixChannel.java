package dev.nettystreams.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.FileRegion;
import io.netty.channel.nio.AbstractNioByteChannel;
import io.netty.channel.nio.NioIoOps;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.internal.SocketUtils;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Unix socket over the JDK's selector that survives the peer's EOF. Netty's own, {@code NioDomainSocketChannel},
 * closes at it, whatever {@code ALLOW_HALF_CLOSURE} says, and drops the reply: its superclass asks the configuration's
 * class, which only TCP's has. That superclass also asks whether the input was shut down before, and then leaves the
 * channel open; so this channel, if it allows half-closure, says so as soon as it has read the end.
 *
 * <p>For a bootstrap of yours whose channels are given to streams; {@link NettyStreams} makes its own.
 */
public final class NioUnixChannel extends AbstractNioByteChannel implements DuplexChannel {
    private final Config config = new Config();
    private volatile boolean isInputShutdown;
    private volatile boolean isOutputShutdown;

    /** A socket that is to be connected. */
    public NioUnixChannel() {
        this(null, open());
    }

    /**
     * Over a socket of the JDK's that is connected already.
     *
     * @param socket a Unix socket, which is the channel's from now on
     * @throws IllegalArgumentException if it is a socket of another family
     */
    public NioUnixChannel(SocketChannel socket) {
        this(null, requireUnix(socket));
    }

    NioUnixChannel(@Nullable Channel parent, SocketChannel socket) {
        super(parent, socket);
    }

    private static SocketChannel requireUnix(SocketChannel socket) {
        RequiredNetty.check();
        SocketAddress address;
        try {
            address = socket.getLocalAddress();
        } catch (IOException e) {
            throw new ChannelException("the socket is closed", e);
        }
        if (!(address instanceof UnixDomainSocketAddress)) {
            throw new IllegalArgumentException("not a connected Unix socket: " + socket);
        }
        return socket;
    }

    /** Knows one option more than Netty's default: whether the peer's end leaves the channel open. */
    private final class Config extends DefaultChannelConfig {
        private volatile boolean allowsHalfClosure;

        Config() {
            super(NioUnixChannel.this);
        }

        @Override
        protected void autoReadCleared() {
            clearReadPending();
        }

        @Override
        public Map<ChannelOption<?>, Object> getOptions() {
            return getOptions(super.getOptions(), ChannelOption.ALLOW_HALF_CLOSURE);
        }

        @Override
        @SuppressWarnings("unchecked") // the option's type
        public <T> T getOption(ChannelOption<T> option) {
            return option.equals(ChannelOption.ALLOW_HALF_CLOSURE)
                    ? (T) Boolean.valueOf(allowsHalfClosure)
                    : super.getOption(option);
        }

        @Override
        public <T> boolean setOption(ChannelOption<T> option, T value) {
            if (option.equals(ChannelOption.ALLOW_HALF_CLOSURE)) {
                allowsHalfClosure = (Boolean) value;
                return true;
            }
            return super.setOption(option, value);
        }
    }

    private static SocketChannel open() {
        RequiredNetty.check();
        try {
            return SocketChannel.open(StandardProtocolFamily.UNIX);
        } catch (IOException e) {
            throw new ChannelException("could not open a Unix socket", e);
        }
    }

    @Override
    protected SocketChannel javaChannel() {
        return (SocketChannel) super.javaChannel();
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isActive() {
        return javaChannel().isOpen() && javaChannel().isConnected();
    }

    @Override
    protected boolean isInputShutdown0() {
        return isInputShutdown;
    }

    @Override
    public boolean isInputShutdown() {
        return isInputShutdown || !isActive();
    }

    @Override
    public boolean isOutputShutdown() {
        return isOutputShutdown || !isActive();
    }

    @Override
    public boolean isShutdown() {
        return isInputShutdown() && isOutputShutdown();
    }

    @Override
    protected int doReadBytes(ByteBuf buffer) throws Exception {
        var handle = unsafe().recvBufAllocHandle();
        handle.attemptedBytesRead(buffer.writableBytes());
        int byteCount = buffer.writeBytes(javaChannel(), handle.attemptedBytesRead());
        if (byteCount < 0 && config.allowsHalfClosure) {
            isInputShutdown = true;
        }
        return byteCount;
    }

    @Override
    protected int doWriteBytes(ByteBuf buffer) throws Exception {
        return buffer.readBytes(javaChannel(), buffer.readableBytes());
    }

    @Override
    protected long doWriteFileRegion(FileRegion region) throws Exception {
        return region.transferTo(javaChannel(), region.transferred());
    }

    @Override
    protected void doBind(SocketAddress localAddress) throws Exception {
        javaChannel().bind(localAddress);
    }

    @Override
    protected boolean doConnect(SocketAddress remoteAddress, @Nullable SocketAddress localAddress) throws Exception {
        boolean isConnected = false;
        boolean succeeded = false;
        try {
            isConnected = SocketUtils.connect(javaChannel(), remoteAddress);
            if (!isConnected) {
                addAndSubmit(NioIoOps.CONNECT);
            }
            succeeded = true;
            return isConnected;
        } finally {
            if (!succeeded) {
                doClose();
            }
        }
    }

    @Override
    protected void doFinishConnect() throws Exception {
        if (!javaChannel().finishConnect()) {
            throw new IOException("the connection is still being made");
        }
    }

    @Override
    protected void doDisconnect() throws Exception {
        doClose();
    }

    @Override
    protected void doClose() throws Exception {
        super.doClose();
        javaChannel().close();
    }

    @Override
    protected void doShutdownOutput() throws Exception {
        javaChannel().shutdownOutput();
        isOutputShutdown = true;
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        try {
            return javaChannel().getLocalAddress();
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        try {
            return javaChannel().getRemoteAddress();
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        onLoop(() -> {
            try {
                javaChannel().shutdownInput();
                isInputShutdown = true;
                promise.setSuccess();
            } catch (Throwable e) { // whatever it was, somebody waits to know
                promise.setFailure(e);
            }
        });
        return promise;
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        onLoop(() -> ((AbstractUnsafe) unsafe()).shutdownOutput(promise));
        return promise;
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        shutdownOutput()
                .addListener(output -> shutdownInput().addListener(input -> {
                    Throwable cause = output.cause() == null ? input.cause() : output.cause();
                    if (cause == null) {
                        promise.setSuccess();
                    } else {
                        promise.setFailure(cause);
                    }
                }));
        return promise;
    }

    private void onLoop(Runnable task) {
        if (eventLoop().inEventLoop()) {
            task.run();
        } else {
            eventLoop().execute(task);
        }
    }
}
