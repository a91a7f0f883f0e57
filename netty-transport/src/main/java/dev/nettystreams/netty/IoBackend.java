package dev.nettystreams.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.kqueue.KQueueIoHandle;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.kqueue.KQueueSocketChannel;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.spi.SelectorProvider;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An operating-system I/O mechanism: epoll, io_uring, kqueue or NIO. All of them keep the same promises; they differ in
 * speed and in the platforms that have them.
 *
 * <p>The native ones need their Netty jar on the class path, with the library for this platform.
 */
public enum IoBackend {
    /** Linux, edge-triggered: the default there. */
    EPOLL {
        @Override
        @Nullable
        Throwable probe() {
            return Epoll.unavailabilityCause();
        }

        @Override
        IoHandlerFactory newIoHandlerFactory() {
            return EpollRegistrationFix.around(EpollIoHandler.newFactory());
        }

        @Override
        Class<? extends IoHandle> handleType() {
            return EpollIoHandle.class;
        }

        @Override
        Channels channels() {
            return new Channels(
                    EpollSocketChannel::new,
                    address -> keepingFamily(new EpollServerSocketChannel(familyOf(address)), address),
                    EpollServerSocketChannel.class,
                    EpollDomainSocketChannel::new,
                    EpollServerDomainSocketChannel::new,
                    EpollServerDomainSocketChannel.class);
        }
    },

    /** The BSDs and macOS: the default there. */
    KQUEUE {
        @Override
        @Nullable
        Throwable probe() {
            return KQueue.unavailabilityCause();
        }

        @Override
        IoHandlerFactory newIoHandlerFactory() {
            return KQueueIoHandler.newFactory();
        }

        @Override
        Class<? extends IoHandle> handleType() {
            return KQueueIoHandle.class;
        }

        @Override
        Channels channels() {
            return new Channels(
                    KQueueSocketChannel::new,
                    address -> keepingFamily(new KQueueServerSocketChannel(), address),
                    KQueueServerSocketChannel.class,
                    KQueueDomainSocketChannel::new,
                    KQueueServerDomainSocketChannel::new,
                    KQueueServerDomainSocketChannel.class);
        }
    },

    /**
     * Linux 5.9 and later: faster than epoll for many small messages, slower for bulk transfers. Never chosen
     * automatically. Unix sockets use epoll instead, because Netty's io_uring ones close at the peer's EOF and lose the
     * reply.
     */
    IO_URING {
        @Override
        @Nullable
        Throwable probe() {
            UringAccepting.oneAtATime();
            return IoUring.unavailabilityCause();
        }

        @Override
        IoHandlerFactory newIoHandlerFactory() {
            return IoUringIoHandler.newFactory();
        }

        @Override
        Class<? extends IoHandle> handleType() {
            return IoUringIoHandle.class;
        }

        @Override
        Channels channels() {
            return new Channels(
                    IoUringSocketChannel::new,
                    address -> keepingFamily(new IoUringServerSocketChannel(), address),
                    IoUringServerSocketChannel.class,
                    null,
                    null,
                    null);
        }
    },

    /** The JDK's selector: available everywhere. */
    NIO {
        @Override
        @Nullable
        Throwable probe() {
            return null;
        }

        @Override
        IoHandlerFactory newIoHandlerFactory() {
            return NioIoHandler.newFactory();
        }

        @Override
        Class<? extends IoHandle> handleType() {
            return NioIoHandle.class;
        }

        @Override
        Channels channels() {
            return new Channels(
                    NioSocketChannel::new,
                    address -> new NioServerSocketChannel(SelectorProvider.provider(), familyOf(address)),
                    NioServerSocketChannel.class,
                    NioUnixChannel::new,
                    NioUnixServerChannel::new,
                    NioUnixServerChannel.class);
        }
    };

    private static final List<IoBackend> BY_PREFERENCE = List.of(EPOLL, KQUEUE, NIO);

    /** Creates the channel that listens on an address. */
    @FunctionalInterface
    interface TcpServers {
        ServerChannel newChannel(InetAddress address);
    }

    /**
     * The channels of a backend.
     *
     * @param tcpServerType the class of the channels of {@code tcpServer}
     * @param unixServerType the class of the channels of {@code unixServer}, or null if there are none
     */
    record Channels(
            ChannelFactory<? extends Channel> tcp,
            TcpServers tcpServer,
            Class<? extends ServerChannel> tcpServerType,
            @Nullable ChannelFactory<? extends Channel> unix,
            @Nullable ChannelFactory<? extends ServerChannel> unixServer,
            @Nullable Class<? extends ServerChannel> unixServerType) {}

    /**
     * A class of its own, so that {@code IoBackend} links without the native transports and {@link RequiredNetty} can
     * check it.
     */
    private static final class Ipv6Only {
        /** IPV6_V6ONLY of {@code setsockopt}, level IPPROTO_IPV6. */
        static final ChannelOption<Integer> OPTION =
                new IntegerUnixChannelOption("IPV6_V6ONLY", 41, UnixPath.isLinux() ? 26 : 27);
    }

    private static SocketProtocolFamily familyOf(InetAddress address) {
        return address instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    }

    /** As in CPython, a listening socket for IPv6 accepts no IPv4 connections. */
    private static ServerChannel keepingFamily(ServerChannel channel, InetAddress address) {
        if (address instanceof Inet6Address) {
            channel.config().setOption(Ipv6Only.OPTION, 1);
        }
        return channel;
    }

    /**
     * Returns whether a channel that listens on an address accepts only connections of the address's family. The JDK's
     * IPv6 sockets accept both families, and so does every socket of Netty's io_uring and kqueue that is bound to the
     * wildcard address of IPv4.
     */
    boolean keepsFamily(InetAddress address) {
        return switch (this) {
            case EPOLL -> true;
            case KQUEUE, IO_URING -> !(address.isAnyLocalAddress() && address instanceof Inet4Address);
            case NIO -> !(address.isAnyLocalAddress() && address instanceof Inet6Address);
        };
    }

    /** Returns the option SO_REUSEPORT of a listening channel. */
    static ChannelOption<Boolean> reusePortOf(Channel listener) {
        return listener instanceof NioServerSocketChannel
                ? NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT)
                : UnixChannelOption.SO_REUSEPORT;
    }

    /** Returns the backend that the Unix sockets of this one use. */
    IoBackend forUnixSockets() {
        return this == IO_URING ? EPOLL : this;
    }

    /**
     * Returns the best backend for this machine: the first available one of epoll, kqueue and NIO, or the one that the
     * system property {@code dev.nettystreams.backend} names.
     *
     * <p>It never chooses io_uring. With many connections and small or pipelined messages io_uring may be faster, which
     * depends on the kernel; in bulk it gains nothing, and it notices a reset while reading is paused only within a
     * second. Measure your own load before you choose it; README has figures.
     *
     * @return an available backend
     * @throws IllegalStateException if the backend that the property names is not available, or if the streams cannot
     *     run on the version of Netty on the class path
     */
    public static IoBackend best() {
        RequiredNetty.check();
        String named = System.getProperty("dev.nettystreams.backend");
        if (named != null) {
            return parse(named).requireAvailable();
        }
        return BY_PREFERENCE.stream().filter(IoBackend::isAvailable).findFirst().orElse(NIO);
    }

    /**
     * Returns every backend that is available on this machine.
     *
     * @return at least {@link #NIO}; empty if the streams cannot run on the version of Netty on the class path
     */
    public static List<IoBackend> available() {
        return Arrays.stream(values()).filter(IoBackend::isAvailable).toList();
    }

    /**
     * Returns the backend with a name: {@code epoll}, {@code kqueue}, {@code io_uring} or {@code nio}, in upper or
     * lower case.
     *
     * @param name the name
     * @return the backend, whether or not it is available
     * @throws IllegalArgumentException if no backend has that name
     */
    public static IoBackend parse(String name) {
        for (IoBackend backend : values()) {
            if (backend.name().equalsIgnoreCase(name.replace('-', '_'))) {
                return backend;
            }
        }
        throw new IllegalArgumentException("no such backend: " + name + "; there are "
                + Arrays.toString(values()).toLowerCase(Locale.ROOT));
    }

    /**
     * Returns whether this backend is available on this machine.
     *
     * @return true if its native library was found and loaded
     */
    public boolean isAvailable() {
        return unavailabilityCause() == null;
    }

    /**
     * Returns why this backend is not available on this machine, or not with the version of Netty on the class path:
     * io_uring needs 4.2.18.
     *
     * @return the reason, or null if the backend is available
     */
    public @Nullable Throwable unavailabilityCause() {
        String refusal = RequiredNetty.refusalOf(this);
        if (refusal != null) {
            return new IllegalStateException(refusal);
        }
        try {
            return probe();
        } catch (LinkageError e) {
            return e; // the optional jar is missing
        }
    }

    /**
     * Returns the factory for an event loop group with this backend:
     * {@code new MultiThreadIoEventLoopGroup(IoBackend.EPOLL.ioHandlerFactory())}. For epoll it works around a defect
     * of Netty 4.2.13 and later that loses the rest of a large reply on a connection whose peer has sent EOF.
     *
     * @return a factory with Netty's defaults
     * @throws IllegalStateException if the backend is not available
     */
    public IoHandlerFactory ioHandlerFactory() {
        return requireAvailable().newIoHandlerFactory();
    }

    abstract IoHandlerFactory newIoHandlerFactory();

    /** Returns why the native library does not work on this machine, or null if it does; may fail to link. */
    abstract @Nullable Throwable probe();

    abstract Channels channels();

    abstract Class<? extends IoHandle> handleType();

    IoBackend requireAvailable() {
        RequiredNetty.check(this);
        Throwable cause = unavailabilityCause();
        if (cause != null) {
            throw new IllegalStateException(
                    "the " + name().toLowerCase(Locale.ROOT) + " backend is not available here: " + rootOf(cause),
                    cause);
        }
        return this;
    }

    /** Evaluated once: each check for a missing library costs an exception. */
    private static final class Uring {
        static final boolean IS_AVAILABLE = IO_URING.isAvailable();
    }

    /** Returns whether reads on a loop fill their buffer while other channels are served. */
    static boolean readsAhead(EventLoop loop) {
        return Uring.IS_AVAILABLE && loop instanceof IoEventLoop io && io.isCompatible(IO_URING.handleType());
    }

    /** Returns the backend whose channels an existing group can run. */
    static IoBackend of(EventLoopGroup group) {
        if (group instanceof IoEventLoopGroup ioGroup) {
            for (IoBackend backend : values()) {
                if (backend.mayRunOn(ioGroup)) {
                    return backend.requireAvailable();
                }
            }
        }
        throw new IllegalArgumentException("no backend of " + Arrays.toString(values()) + " runs on " + group);
    }

    private boolean mayRunOn(IoEventLoopGroup group) {
        try {
            return group.isCompatible(handleType());
        } catch (LinkageError e) {
            return false; // the optional jar is missing
        }
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            root = cause;
        }
        return root;
    }
}
