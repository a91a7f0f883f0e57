package dev.nettystreams.netty;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.spi.LogLimit;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes accepted channels from listening ones and puts streams on them.
 *
 * <p>Accepting pauses while as many connections are open as may be, and for a second when the system refuses (out of file descriptors,
 * of memory): whatever is wrong will not be better at once, and a loop that tried at once would do nothing else. Connections that come
 * meanwhile wait in the kernel's backlog. The few that a listener on another loop has accepted by then, or one of io_uring, which accepts
 * ahead, wait here, unread: never are more open than may be.
 *
 * <p>Called by Netty on the loops of the listening channels; {@link #connectionEnded} and {@link #close} by any thread.
 */
@Sharable
final class Acceptor extends ChannelInboundHandlerAdapter {
    /** Of the addresses that a listener takes, where its socket takes others, too. */
    static final AttributeKey<TakenAddresses> TAKEN = AttributeKey.valueOf(Acceptor.class, "taken");

    private static final System.Logger LOGGER = System.getLogger("dev.nettystreams");
    private static final long RETRY_DELAY_SECONDS = 1;
    private static final int ECONNABORTED = UnixPath.isLinux() ? 103 : 53;

    static {
        // With no file descriptor left a class cannot be loaded any more: so what tells failures apart is loaded now.
        IOException failure = new IOException("of no native transport");
        boolean isAborted = isPeersDoing(failure);
        assert !isAborted;
        String reason = Reason.of(failure);
        assert reason != null;
    }

    private enum Phase {
        LISTENING,
        SERVING,
        CLOSED
    }

    private final EventLoopGroup group;
    private final StreamLimits limits;
    private final Consumer<StreamConnection> accepted;
    private final int maxConnections;

    private volatile @Nullable SocketAddress publicAddress;
    private final List<Channel> listeners = new CopyOnWriteArrayList<>();
    private final Object lock = new Object();
    private final Queue<Channel> waiting =
            new ArrayDeque<>(0); // guarded by lock; empty unless openCount == maxConnections
    private final LogLimit limit = new LogLimit(1);
    private int openCount; // guarded by lock
    private Phase phase = Phase.LISTENING; // guarded by lock
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
            if (phase == Phase.LISTENING) {
                phase = Phase.SERVING;
            }
        }
        update();
    }

    /** Drops what has been accepted and waits; what is accepted from now on, too. */
    void close() {
        List<Channel> dropped;
        synchronized (lock) {
            phase = Phase.CLOSED;
            dropped = List.copyOf(waiting);
            waiting.clear();
        }
        dropped.forEach(channel -> channel.unsafe().closeForcibly());
    }

    void connectionEnded() {
        Channel next;
        synchronized (lock) {
            next = waiting.poll();
            if (next == null) {
                openCount--;
            }
        }
        if (next == null) {
            update();
        } else {
            serve(next);
        }
    }

    private boolean mayAccept() {
        synchronized (lock) {
            return phase == Phase.SERVING && !isBackingOff && openCount < maxConnections;
        }
    }

    /** On each listener's loop, so that what it is told last is what holds. */
    private void update() {
        for (Channel listener : listeners) {
            try {
                listener.eventLoop().execute(() -> setAccepting(listener, mayAccept()));
            } catch (RejectedExecutionException e) {
                // Its loop has ended, and the listener with it.
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Channel channel = (Channel) message;
        TakenAddresses taken = context.channel().attr(TAKEN).get();
        if (taken != null
                && channel.localAddress() instanceof InetSocketAddress asked
                && !taken.take(asked.getAddress())) {
            refuse(channel);
            return;
        }
        Runnable fate = admit(channel);
        if (!mayAccept()) {
            setAccepting(context.channel(), false); // at once: it ends this round of accepting
            update();
        }
        fate.run();
    }

    /**
     * Netty's io_uring asserts that accepting is not paused again before the first pause has come back from the kernel.
     * It may be: what it asserts comes behind everything that matters, and only where assertions are on.
     */
    private static void setAccepting(Channel listener, boolean isAccepting) {
        try {
            listener.config().setAutoRead(isAccepting);
        } catch (AssertionError e) {
            assert listener.config().isAutoRead() == isAccepting : e;
        }
    }

    /** By a reset: nobody listens here for it. */
    private static void refuse(Channel channel) {
        try {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        } catch (RuntimeException e) {
            // gone already
        }
        channel.unsafe().closeForcibly();
    }

    private Runnable admit(Channel channel) {
        synchronized (lock) {
            if (phase == Phase.CLOSED) {
                return () -> channel.unsafe().closeForcibly();
            }
            if (openCount == maxConnections) {
                waiting.add(channel);
                return () -> {};
            }
            openCount++;
            return () -> serve(channel);
        }
    }

    /** Of a channel that is counted. */
    private void serve(Channel channel) {
        try {
            if (publicAddress == null) {
                channel.config().setOption(ChannelOption.TCP_NODELAY, true);
            } else {
                channel.attr(StreamChannelHandler.SOCKNAME).set(publicAddress);
            }
            channel.pipeline().addLast(new StreamChannelHandler(limits, accepted, this::notOpened));
        } catch (RuntimeException e) { // the BSDs refuse options of a socket whose peer has reset it
            drop(channel, Level.DEBUG, e);
            return;
        } catch (Error e) {
            drop(channel, Level.WARNING, e);
            return;
        }
        Registration.of(channel, group).addListener(registered -> {
            if (!registered.isSuccess()) {
                drop(channel, Level.WARNING, registered.cause());
            }
        });
    }

    /** The pipeline closes the channel; what has no streams has no end, either, that would be told. */
    private void notOpened(Throwable cause) {
        connectionEnded();
        Level level = cause instanceof Error ? Level.WARNING : Level.DEBUG;
        limit.log(LOGGER, level, () -> "an accepted connection could not be given streams", cause);
    }

    private void drop(Channel channel, Level level, Throwable cause) {
        channel.unsafe().closeForcibly();
        connectionEnded();
        limit.log(LOGGER, level, () -> "an accepted connection could not be registered", cause);
    }

    /** Does what matters first: logging may need a file descriptor itself, and there may be none. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (isPeersDoing(cause)) {
            setAccepting(context.channel(), false); // and on again: an edge-triggered listener then looks anew
            update();
            return;
        }
        if (!setBackingOff(true)) {
            return; // as io_uring's with many accepts under way: the pause has been told, and its end is near
        }
        context.executor().schedule(() -> setBackingOff(false), RETRY_DELAY_SECONDS, TimeUnit.SECONDS);
        try {
            limit.log(
                    LOGGER,
                    Level.WARNING,
                    () -> "accepting on " + addressOf(context.channel()) + " pauses for " + RETRY_DELAY_SECONDS + " s: "
                            + Reason.of(cause),
                    null);
        } catch (Throwable e) {
            // Nobody to tell. The JDK throws a bare Error when it cannot open its time zones; let through, it would end
            // the event loop.
        }
    }

    /** Whether the connection was gone before it was accepted: ECONNABORTED. The JDK's selector goes on by itself. */
    private static boolean isPeersDoing(Throwable cause) {
        return cause instanceof NativeIoException failure && failure.expectedErr() == -ECONNABORTED;
    }

    /** False if it is so already. */
    private boolean setBackingOff(boolean backsOff) {
        synchronized (lock) {
            if (isBackingOff == backsOff) {
                return false;
            }
            isBackingOff = backsOff;
        }
        update();
        return true;
    }

    /** A Unix socket is bound to a private name, which is gone. */
    private @Nullable SocketAddress addressOf(Channel listener) {
        SocketAddress known = publicAddress;
        return known == null ? listener.localAddress() : known;
    }
}
