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
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Unix socket over the JDK's selector that stays open at the peer's EOF. Netty's own {@code NioDomainSocketChannel}
 * closes then, whatever {@code ALLOW_HALF_CLOSURE} says, and loses the reply: its superclass checks the type of the
 * configuration, and only TCP's type qualifies. The superclass also leaves the channel open if the input was shut down
 * before. This channel therefore reports its input as shut down as soon as it has read the end, if it allows
 * half-closure.
 *
 * <p>For bootstraps of applications that add streams to the channels; {@link NettyStreams} creates its own.
 */
public final class NioUnixChannel extends AbstractNioByteChannel implements DuplexChannel {
    private final Config config = new Config();
    private volatile boolean isInputShutdown;
    private volatile boolean isOutputShutdown;

    /** Creates a channel to be connected. */
    public NioUnixChannel() {
        this(null, JdkUnixSockets.open(SocketChannel::open));
    }

    /**
     * Creates a channel over a connected socket of the JDK.
     *
     * @param socket a Unix socket; the channel takes ownership of it
     * @throws IllegalArgumentException if the socket is of another family
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

    /** Adds one option to Netty's default: whether the channel stays open at the peer's end. */
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
            throw new IOException("the connection is not established yet");
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
        return JdkUnixSockets.localAddressOf(javaChannel());
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
            } catch (Throwable e) { // any failure must reach the waiting caller
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
