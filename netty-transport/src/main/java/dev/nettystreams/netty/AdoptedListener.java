package dev.nettystreams.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A listening channel of the program's own that a server takes over: it was bound elsewhere, by Netty or by a service
 * manager.
 *
 * @param channel registered with {@code on}, or not registered
 * @param on the loops that can run it
 * @param unixAddress the address that peers connect to; null for TCP
 */
record AdoptedListener(
        ServerChannel channel, Loops on, @Nullable SocketAddress unixAddress) {
    private static final AttributeKey<Boolean> CLAIMED = AttributeKey.valueOf(AdoptedListener.class, "claimed");

    /** The handler of a bootstrap, which takes the accepted channels and passes none on. */
    private static final String BOOTSTRAP_HANDLER = "io.netty.bootstrap.ServerBootstrap$ServerBootstrapAcceptor";

    /**
     * Checks that a channel can be taken over.
     *
     * @throws IllegalArgumentException if it cannot; it is left as it is
     * @throws IOException if the loops are closed
     */
    static AdoptedListener of(ServerChannel channel, Loops loops) throws IOException {
        Loops on = loopsFor(channel, loops);
        String refusal = refusalOf(channel, on);
        if (refusal != null) {
            throw new IllegalArgumentException(refusal + ": " + channel);
        }
        boolean isUnix = !on.channels().tcpServerType().isInstance(channel);
        return new AdoptedListener(channel, on, isUnix ? unixAddressOf(channel) : null);
    }

    private static Loops loopsFor(ServerChannel channel, Loops loops) throws IOException {
        if (loops.channels().tcpServerType().isInstance(channel)) {
            return loops;
        }
        Class<?> unixType = loops.backend.forUnixSockets().channels().unixServerType();
        if (unixType != null && unixType.isInstance(channel)) {
            return loops.forUnixSockets();
        }
        throw new IllegalArgumentException("these streams accept connections from "
                + loops.channels().tcpServerType().getSimpleName()
                + (unixType == null ? "" : " and " + unixType.getSimpleName())
                + ", and this channel is a " + channel.getClass().getSimpleName() + ": " + channel);
    }

    private static @Nullable String refusalOf(ServerChannel channel, Loops on) throws IOException {
        if (!channel.isOpen()) {
            return "the listening channel is closed";
        }
        if (channel.isRegistered()
                && StreamSupport.stream(on.group.spliterator(), false)
                        .noneMatch(loop -> loop.equals((EventExecutor) channel.eventLoop()))) {
            return "the listening channel is registered with another event loop group";
        }
        Socket socket = UnixPath.isLinux() ? socketOf(channel) : null;
        boolean isListening = socket == null ? channel.isActive() : InheritedSocket.isListening(socket);
        if (!isListening) {
            return "the listening channel is not bound";
        }
        return channel.isActive() ? null : "the channel does not know that its socket listens: make it as active";
    }

    private static @Nullable Socket socketOf(Channel channel) {
        return channel instanceof UnixChannel unix && unix.fd() instanceof Socket socket ? socket : null;
    }

    /**
     * Makes the channel this server's: two servers would close it under each other, and only one would get connections.
     *
     * @throws IllegalArgumentException if another server has it
     */
    void claim() {
        if (channel.attr(CLAIMED).setIfAbsent(true) != null
                || channel.pipeline().get(Acceptor.class) != null) {
            throw new IllegalArgumentException("another server has the listening channel: " + channel);
        }
    }

    /** Returns the address of a Unix socket; Netty does not know that of a descriptor. */
    private static SocketAddress unixAddressOf(ServerChannel channel) {
        SocketAddress known = channel.localAddress();
        Socket socket = socketOf(channel);
        DomainSocketAddress asked = known == null && socket != null ? socket.localDomainSocketAddress() : null;
        return known != null ? known : new UnixAddress(asked == null ? "" : asked.path());
    }

    /**
     * Makes the channel a listener that is paused. Blocks; not for an event loop.
     *
     * @throws IOException if it could not be registered
     */
    void register(ChannelHandler acceptor) throws IOException {
        Socket socket = socketOf(channel);
        if (socket != null && UnixPath.isLinux()) {
            BlockingMode.clear(socket);
        }
        if (!channel.isRegistered()) {
            prepare(acceptor);
            await(Registration.of(channel, on.group));
        } else {
            await(channel.eventLoop().submit(() -> prepare(acceptor)));
        }
    }

    private void prepare(ChannelHandler acceptor) {
        Acceptor.setAccepting(channel, false); // until the server serves
        for (Map.Entry<String, ChannelHandler> handler : channel.pipeline()) {
            if (handler.getValue().getClass().getName().equals(BOOTSTRAP_HANDLER)) {
                channel.pipeline().remove(handler.getKey());
            }
        }
        channel.pipeline().addLast(acceptor);
    }

    private void await(io.netty.util.concurrent.Future<?> step) throws IOException {
        if (!step.awaitUninterruptibly().isSuccess()) {
            throw new IOException("could not listen on " + this + ": " + Reason.of(step.cause()), step.cause());
        }
    }

    /** Closes the channel, which may never have had an event loop. */
    static void close(Channel channel) {
        if (channel.isRegistered()) {
            ChannelFuture closing = channel.close();
            assert closing != null;
        } else {
            channel.unsafe().closeForcibly();
        }
    }

    /** Returns the address, for messages. */
    @Override
    public String toString() {
        return String.valueOf(unixAddress == null ? channel.localAddress() : unixAddress);
    }
}
