package dev.nettystreams.netty;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes accepted channels from listening ones and puts streams on them.
 *
 * <p>Accepting pauses while as many connections are open as may be, and for a second when the system refuses (out of file descriptors,
 * of memory): whatever is wrong will not be better at once, and a loop that tried at once would do nothing else. Connections that come
 * meanwhile wait in the kernel's backlog.
 *
 * <p>Called by Netty on the loops of the listening channels; {@link #connectionEnded} by any thread.
 */
@Sharable
final class Acceptor extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOGGER = System.getLogger("dev.nettystreams");
    private static final long RETRY_DELAY_SECONDS = 1;

    private final EventLoopGroup group;
    private final StreamLimits limits;
    private final Consumer<StreamConnection> accepted;
    private final int maxConnections;

    private volatile @Nullable SocketAddress publicAddress;
    private final List<Channel> listeners = new CopyOnWriteArrayList<>();
    private final Object lock = new Object();
    private int openCount; // guarded by lock
    private boolean isServing; // guarded by lock
    private boolean isBackingOff; // guarded by lock

    Acceptor(EventLoopGroup group, StreamLimits limits, int maxConnections, Consumer<StreamConnection> accepted) {
        this.group = group;
        this.limits = limits;
        this.maxConnections = maxConnections;
        this.accepted = accepted;
    }

    /** @param address what the listener's peers know it by, if that is not what it is bound to */
    void listenOn(Channel listener, @Nullable SocketAddress address) {
        publicAddress = address;
        listeners.add(listener);
    }

    void start() {
        synchronized (lock) {
            isServing = true;
        }
        update();
    }

    void connectionEnded() {
        synchronized (lock) {
            openCount--;
        }
        update();
    }

    private boolean mayAccept() {
        synchronized (lock) {
            return isServing && !isBackingOff && openCount < maxConnections;
        }
    }

    /** On each listener's loop, so that what it is told last is what holds. */
    private void update() {
        for (Channel listener : listeners) {
            listener.eventLoop().execute(() -> listener.config().setAutoRead(mayAccept()));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Channel channel = (Channel) message;
        synchronized (lock) {
            openCount++;
        }
        if (!mayAccept()) {
            context.channel().config().setAutoRead(false); // at once: it ends this round of accepting
            update();
        }
        if (publicAddress == null) {
            channel.config().setOption(ChannelOption.TCP_NODELAY, true);
        } else {
            channel.attr(StreamChannelHandler.SOCKNAME).set(publicAddress);
        }
        channel.pipeline().addLast(new StreamChannelHandler(limits, accepted));
        group.register(channel).addListener(registered -> {
            if (!registered.isSuccess()) {
                channel.unsafe().closeForcibly();
                connectionEnded();
                LOGGER.log(Level.WARNING, "an accepted connection could not be registered", registered.cause());
            }
        });
    }

    /** Does what matters first: logging may need a file descriptor itself, and there may be none. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        setBackingOff(true);
        context.executor().schedule(() -> setBackingOff(false), RETRY_DELAY_SECONDS, TimeUnit.SECONDS);
        try {
            LOGGER.log(
                    Level.WARNING,
                    "accepting on " + context.channel().localAddress() + " pauses for " + RETRY_DELAY_SECONDS + " s: "
                            + cause);
        } catch (RuntimeException | LinkageError e) {
            cause.addSuppressed(e); // nobody to tell
        }
    }

    private void setBackingOff(boolean backsOff) {
        synchronized (lock) {
            isBackingOff = backsOff;
        }
        update();
    }
}
