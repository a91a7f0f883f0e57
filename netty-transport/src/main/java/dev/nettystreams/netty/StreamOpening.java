package dev.nettystreams.netty;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.spi.OpeningPlace;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ServerChannel;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.unix.DomainSocketChannel;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The opening of a channel's streams: which channels can carry streams, and the caller that waits for them.
 *
 * <pre>
 *   WAITING --the channel is active, and fit--> opened        WAITING --not fit, or a failure--> notOpened
 * </pre>
 *
 * <p>Confined to the channel's loop, save {@link #refusalOf}.
 */
final class StreamOpening {
    private final StreamLimits limits;
    private final IdleTimeouts idleTimeouts;
    private final @Nullable OpeningPlace place;

    // Until the streams have opened, or have not: they lead to the connection, which the program may drop.
    private @Nullable Consumer<StreamConnection> opened;
    private @Nullable Consumer<Throwable> notOpened;

    StreamOpening(
            StreamLimits limits,
            IdleTimeouts idleTimeouts,
            @Nullable OpeningPlace place,
            Consumer<StreamConnection> opened,
            Consumer<Throwable> notOpened) {
        this.limits = limits;
        this.idleTimeouts = idleTimeouts;
        this.place = place;
        this.opened = opened;
        this.notOpened = notOpened;
    }

    IdleTimeouts idleTimeouts() {
        return idleTimeouts;
    }

    /** Returns why a channel cannot carry streams, or null if it can. Any thread. */
    static @Nullable String refusalOf(Channel channel) {
        if (channel instanceof ServerChannel) {
            return "a listening channel has no bytes, only connections";
        }
        if (channel.metadata().hasDisconnect()) {
            return "a connectionless channel has datagrams, not a stream of bytes";
        }
        String uringRefusal = RequiredNetty.refusalOf(IoBackend.IO_URING);
        if (uringRefusal != null && channel.getClass().getName().startsWith("io.netty.channel.uring.")) {
            return uringRefusal;
        }
        if (channel instanceof LocalChannel) {
            return "Netty's LocalChannel closes at the peer's EOF and loses the reply; within a JVM there are"
                    + " dev.nettystreams.testing.MemoryStreams, or a Unix socket";
        }
        if (channel instanceof NioDomainSocketChannel) {
            return "Netty's NioDomainSocketChannel closes at the peer's EOF and loses the reply; use "
                    + NioUnixChannel.class.getName();
        }
        if (channel instanceof DomainSocketChannel && IoBackend.readsAhead(channel.eventLoop())) {
            return "Netty's Unix sockets over io_uring close at the peer's EOF and lose the reply; use epoll's";
        }
        return null;
    }

    /** The first handler takes all bytes, and the second would wait for them without end. */
    static IllegalStateException secondStreams(Channel channel) {
        return new IllegalStateException("the channel has streams already, which get its bytes: " + channel);
    }

    /** @throws IllegalStateException if the channel, or the place in its pipeline, is not fit for streams */
    void check(ChannelHandlerContext context) {
        String refusal = refusalOf(context.channel());
        if (refusal != null) {
            throw new IllegalStateException(refusal + ": " + context.channel());
        }
        if (!context.executor().equals(context.channel().eventLoop())) {
            throw new IllegalStateException(
                    "the StreamChannelHandler was added with an executor of its own; it must run"
                            + " on the channel's event loop (use Await.onThreads for a handler that blocks): "
                            + context.channel());
        }
    }

    /** Starts the streams, and hands them to the caller that waits. */
    void complete(ChannelTransport transport) {
        Consumer<StreamConnection> receiver = Objects.requireNonNull(opened);
        opened = null;
        receiver.accept(StreamConnection.over(transport, limits, place));
        notOpened = null;
    }

    /** Tells the caller that waits, once. */
    void fail(Throwable reason) {
        Consumer<Throwable> told = notOpened;
        opened = null;
        notOpened = null;
        if (told != null) {
            told.accept(reason);
        }
    }
}
