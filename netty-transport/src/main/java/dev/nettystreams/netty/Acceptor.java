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
 * Accepts channels from listeners and adds streams to them.
 *
 * <p>Accepting pauses while {@code maxConnections} connections are open. It also pauses for a second when the system
 * refuses (out of file descriptors or memory): the shortage will not end at once, and a loop that retried at once would
 * do nothing else. Connections that arrive meanwhile wait in the kernel's backlog. A few may already have been
 * accepted, by a listener on another loop or by io_uring, which accepts ahead. They wait here, unread, so there are
 * never more than {@code maxConnections} open.
 *
 * <p>Netty calls it on the loops of the listeners; any thread may call {@link #connectionEnded} and {@link #close}.
 */
@Sharable
final class Acceptor extends ChannelInboundHandlerAdapter {
    /** The addresses that a listener accepts connections for, if its socket accepts others too. */
    static final AttributeKey<TakenAddresses> TAKEN = AttributeKey.valueOf(Acceptor.class, "taken");

    private static final System.Logger LOGGER = System.getLogger("dev.nettystreams");
    private static final long RETRY_DELAY_SECONDS = 1;
    private static final int ECONNABORTED = UnixPath.isLinux() ? 103 : 53;

    static {
        // Without a free file descriptor no class can be loaded, so the classes that tell failures apart are loaded
        // now.
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
    private final ServerOptions options;
    private final ServerMetrics metrics;

    private volatile @Nullable SocketAddress publicAddress;
    private final List<Channel> listeners = new CopyOnWriteArrayList<>();
    private final Object lock = new Object();
    private final Queue<Channel> waiting =
            new ArrayDeque<>(0); // guarded by lock; empty unless openCount == maxConnections
    private final LogLimit limit = new LogLimit(1);
    private int openCount; // guarded by lock
    private Phase phase = Phase.LISTENING; // guarded by lock
    private boolean isBackingOff; // guarded by lock

    /** @param metrics counts the connections that are refused */
    Acceptor(
            EventLoopGroup group,
            StreamLimits limits,
            ServerOptions options,
            Consumer<StreamConnection> accepted,
            ServerMetrics metrics) {
        this.metrics = metrics;
        this.group = group;
        this.limits = limits;
        this.maxConnections = options.maxConnections();
        this.options = options;
        this.accepted = accepted;
    }

    /** @param address the address that peers connect to, if it differs from the bound one */
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

    /** Drops the accepted channels that wait, and those accepted from now on. */
    void close() {
        List<Channel> dropped;
        synchronized (lock) {
            phase = Phase.CLOSED;
            dropped = List.copyOf(waiting);
            waiting.clear();
        }
        dropped.forEach(this::drop);
    }

    private void drop(Channel channel) {
        metrics.refused();
        channel.unsafe().closeForcibly();
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

    /** Updates each listener on its own loop, so that the latest decision is the one that holds. */
    private void update() {
        for (Channel listener : listeners) {
            try {
                listener.eventLoop().execute(() -> setAccepting(listener, mayAccept()));
            } catch (RejectedExecutionException e) {
                // Its loop has ended, and so has the listener.
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
            setAccepting(context.channel(), false); // at once, which ends this round of accepting
            update();
        }
        fate.run();
    }

    /**
     * Netty's io_uring asserts that accepting is not paused again before the kernel has confirmed the first pause,
     * which does happen here. The assertion runs after everything that matters, and only if assertions are enabled.
     */
    static void setAccepting(Channel listener, boolean isAccepting) {
        try {
            listener.config().setAutoRead(isAccepting);
        } catch (AssertionError e) {
            assert listener.config().isAutoRead() == isAccepting : e;
        }
    }

    /** Closes a channel with a reset, as if no socket listened at its address. */
    private void refuse(Channel channel) {
        metrics.refused();
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
                return () -> drop(channel);
            }
            if (openCount == maxConnections) {
                waiting.add(channel);
                return () -> {};
            }
            openCount++;
            return () -> serve(channel);
        }
    }

    /** An accepted channel got no streams. */
    private void notServed() {
        metrics.refused();
        connectionEnded();
    }

    /** Adds streams to a channel that is counted. */
    private void serve(Channel channel) {
        Admission admission = new Admission(limits, options, accepted, this::notServed, limit);
        try {
            if (publicAddress == null) {
                options.connection().applyToTcp(channel);
            } else {
                channel.attr(StreamChannelHandler.SOCKNAME).set(publicAddress);
            }
            admission.prepare(channel);
        } catch (RuntimeException e) { // the BSDs refuse options on a socket that its peer has reset
            admission.drop(channel, Level.DEBUG, e);
            return;
        } catch (Error e) {
            admission.drop(channel, Level.WARNING, e);
            return;
        }
        Registration.of(channel, loopsFor(channel)).addListener(registered -> {
            if (!registered.isSuccess()) {
                admission.drop(channel, Level.WARNING, registered.cause());
            }
        });
    }

    /** With one listener for each loop, the system has distributed the connections already. */
    private EventLoopGroup loopsFor(Channel accepted) {
        return options.reusePort() ? accepted.parent().eventLoop() : group;
    }

    /** Acts before it logs: logging may need a file descriptor, and there may be none. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (isPeersDoing(cause)) {
            setAccepting(context.channel(), false); // then on: an edge-triggered listener accepts again
            update();
            return;
        }
        if (!setBackingOff(true)) {
            return; // already paused, as with many accepts of io_uring under way
        }
        metrics.acceptFailed();
        context.executor().schedule(() -> setBackingOff(false), RETRY_DELAY_SECONDS, TimeUnit.SECONDS);
        try {
            limit.log(
                    LOGGER,
                    Level.WARNING,
                    () -> "accepting on " + addressOf(context.channel()) + " pauses for " + RETRY_DELAY_SECONDS + " s: "
                            + Reason.of(cause),
                    null);
        } catch (Throwable e) {
            // No one is left to tell. The JDK throws an Error if it cannot open its time zones, which would end the
            // loop.
        }
    }

    /**
     * Returns whether the connection was lost before it was accepted: ECONNABORTED. The JDK's selector ignores that by
     * itself.
     */
    private static boolean isPeersDoing(Throwable cause) {
        return cause instanceof NativeIoException failure && failure.expectedErr() == -ECONNABORTED;
    }

    /** Returns false if nothing changes. */
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

    /** Returns the public address: a Unix socket is bound to a private name, which no longer exists. */
    private @Nullable SocketAddress addressOf(Channel listener) {
        SocketAddress known = publicAddress;
        return known == null ? listener.localAddress() : known;
    }
}
