package dev.nettystreams.netty;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.FailureReporter;
import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.spi.OpeningPlace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ServerChannel;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Streams at the end of a Netty pipeline. The handler turns the bytes that reach it into the input of a
 * {@code StreamReader}, and sends the bytes that a {@code StreamWriter} writes through the handlers before it.
 *
 * <pre>{@code
 * bootstrap.childHandler(new ChannelInitializer<SocketChannel>() {
 *     protected void initChannel(SocketChannel channel) {
 *         channel.pipeline().addLast(new IdleStateHandler(60, 0, 0), new StreamChannelHandler(this::conversation));
 *     }
 * });
 * }</pre>
 *
 * <p>The streams open when the channel is active. They set the channel's {@code AUTO_READ}, {@code AUTO_CLOSE},
 * {@code ALLOW_HALF_CLOSURE}, write water mark and receive allocator; {@link #handBack} restores them. On an epoll
 * event loop that was not made with {@link IoBackend#ioHandlerFactory()}, a reply larger than the socket buffer is cut
 * off after the peer's EOF (a defect of Netty 4.2.13 and later).
 *
 * <p>Each channel needs a handler of its own. Netty calls it on the channel's event loop; if it is added with another
 * executor, or to a pipeline that has streams already, it closes the channel and throws.
 */
public final class StreamChannelHandler extends ChannelInboundHandlerAdapter {
    /**
     * The public address of an accepted Unix socket. Its listener was bound to a private path, which no longer exists
     * ({@link UnixSocketGuard}).
     */
    static final AttributeKey<SocketAddress> SOCKNAME = AttributeKey.valueOf(StreamChannelHandler.class, "sockname");

    private final StreamLimits limits;
    private final IdleTimeouts idleTimeouts;
    private final @Nullable OpeningPlace place;

    // Until the streams have opened, or have not: they lead to the connection, which the program may drop.
    private @Nullable Consumer<StreamConnection> opened;
    private @Nullable Consumer<Throwable> notOpened;

    private boolean isAdded;
    private @Nullable ChannelTransport transport;

    /** Messages that arrived between {@code detach} and the removal of this handler. */
    private final ArrayDeque<Object> heldMessages = new ArrayDeque<>(0);

    /**
     * Creates a handler with the default limits, which logs failures.
     *
     * @param conversation runs once the channel is active; the channel is closed when it has ended
     */
    public StreamChannelHandler(ConnectionHandler conversation) {
        this(conversation, StreamLimits.DEFAULT, FailureReporter.LOGGING);
    }

    /**
     * Creates a handler.
     *
     * @param conversation runs once the channel is active; the channel is closed when it has ended
     * @param limits the connection's limits
     * @param reporter called if the conversation fails
     */
    public StreamChannelHandler(ConnectionHandler conversation, StreamLimits limits, FailureReporter reporter) {
        this(
                limits,
                IdleTimeouts.NONE,
                OpeningPlace.here(),
                connection -> connection.serve(conversation, reporter),
                cause -> {});
    }

    /**
     * Creates a handler for a caller that waits for the streams to open.
     *
     * @param place the program's call that opens the connection; null if its opener closes it
     * @param notOpened called with the exception or {@link Error} that kept the streams from opening; the channel is
     *     closed
     */
    StreamChannelHandler(
            StreamLimits limits,
            IdleTimeouts idleTimeouts,
            @Nullable OpeningPlace place,
            Consumer<StreamConnection> opened,
            Consumer<Throwable> notOpened) {
        RequiredNetty.check();
        this.limits = limits;
        this.idleTimeouts = idleTimeouts;
        this.place = place;
        this.opened = opened;
        this.notOpened = notOpened;
    }

    /**
     * Creates streams over an open channel by adding a handler at the end of its pipeline (asyncio's {@code sock=}).
     *
     * <p>Completes when the streams are ready. On the channel's event loop the handler is added before this method
     * returns, so it receives the bytes that a codec passes on when the codec is removed next, such as the bytes after
     * an HTTP Upgrade request. On another thread the handler is added in a later task of the loop.
     *
     * <p>Fails with {@link IllegalStateException} if the channel is not active or has streams already, and with
     * {@link StreamBrokenException} if the channel's event loop has shut down.
     *
     * @param channel an active channel on an event loop
     * @param limits the connection's limits
     * @return completes with the streams
     * @throws IllegalArgumentException if the channel cannot carry streams: it is a listening channel, it is
     *     connectionless, or it closes at the peer's EOF, as Netty's own Unix sockets over NIO (use
     *     {@link NioUnixChannel}) and over io_uring (use epoll) do, and Netty's channels within a JVM
     * @throws IllegalStateException if the streams cannot run on this version of Netty
     */
    public static CompletableFuture<StreamConnection> adopt(Channel channel, StreamLimits limits) {
        RequiredNetty.check();
        Objects.requireNonNull(limits, "limits");
        String refusal = refusalOf(Objects.requireNonNull(channel, "channel"));
        if (refusal != null) {
            throw new IllegalArgumentException(refusal + ": " + channel);
        }
        CompletableFuture<StreamConnection> adopted = new CompletableFuture<>();
        OpeningPlace place = OpeningPlace.here();
        onLoopOf(channel, adopted, () -> {
            if (!channel.isActive()) {
                throw new IllegalStateException("the channel is not active: " + channel);
            }
            StreamChannelHandler present = channel.pipeline().get(StreamChannelHandler.class);
            if (present != null && !present.isDetached()) {
                throw secondStreams(channel);
            }
            channel.pipeline()
                    .addLast(new StreamChannelHandler(
                            limits, IdleTimeouts.NONE, place, adopted::complete, adopted::completeExceptionally));
        });
        return adopted;
    }

    private boolean isDetached() {
        return transport != null && transport.isDetached();
    }

    /** Returns why a channel cannot carry streams, or null if it can. */
    private static @Nullable String refusalOf(Channel channel) {
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

    /**
     * Runs a task on the channel's event loop, at once if the caller is on it; an exception completes {@code outcome}.
     */
    private static void onLoopOf(Channel channel, CompletableFuture<?> outcome, Runnable task) {
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (Throwable e) { // any failure must reach the waiting caller
                outcome.completeExceptionally(e);
            }
        };
        if (channel.eventLoop().inEventLoop()) {
            guarded.run();
            return;
        }
        try {
            channel.eventLoop().execute(guarded);
        } catch (RejectedExecutionException e) {
            outcome.completeExceptionally(new StreamBrokenException("the channel's event loop has shut down", e));
        }
    }

    /**
     * Ends the streams and hands the channel back to its pipeline. Everything written is sent first. Then the given
     * handlers replace the streams' handler, the first of them receives the unread bytes, and the channel's reading
     * options are restored. If the peer has already ended its output, that is reported after the bytes as Netty does
     * it: by Netty's events if the channel allows half-closure, otherwise by closing the channel.
     *
     * <p>Completes when the new handlers own the channel. Fails as {@link StreamConnection#detach} does, and if a
     * handler cannot be added; the channel is then closed.
     *
     * @param connection streams over a Netty channel
     * @param successors the handlers that replace the streams' handler; if there are none, the next handler in the
     *     pipeline receives the bytes
     * @return completes with the channel
     * @throws IllegalArgumentException if {@code connection} is not over a Netty channel
     */
    public static CompletableFuture<Channel> handBack(StreamConnection connection, ChannelHandler... successors) {
        if (!(connection.writer().getExtraInfo("channel") instanceof Channel channel)) {
            throw new IllegalArgumentException("not over a Netty channel: " + connection);
        }
        CompletableFuture<Channel> handedBack = new CompletableFuture<>();
        connection.detach().whenComplete((unread, failure) -> {
            if (failure != null) {
                handedBack.completeExceptionally(failure);
            } else {
                onLoopOf(channel, handedBack, () -> {
                    try {
                        replaceStreams(channel.pipeline(), successors, unread);
                    } catch (Throwable e) {
                        channel.close(); // no handler owns it
                        throw e;
                    }
                    handedBack.complete(channel);
                });
            }
        });
        return handedBack;
    }

    private static void replaceStreams(ChannelPipeline pipeline, ChannelHandler[] successors, byte[] unread) {
        StreamChannelHandler streams = pipeline.get(StreamChannelHandler.class);
        if (streams == null) {
            throw new IllegalStateException("the streams' handler is no longer in the pipeline: " + pipeline);
        }
        ChannelHandler last = streams;
        for (ChannelHandler successor : successors) {
            pipeline.addAfter(pipeline.context(last).name(), null, successor);
            last = successor;
        }
        if (unread.length > 0) {
            streams.heldMessages.addFirst(Unpooled.wrappedBuffer(unread));
        }
        pipeline.remove(streams);
        if (streams.transport != null) {
            streams.transport.giveBack();
        }
    }

    /** Reports a socket error that Netty does not read. Called on the channel's event loop. */
    static void errorIsPending(Channel channel) {
        StreamChannelHandler streams = channel.pipeline().get(StreamChannelHandler.class);
        if (streams != null && streams.transport != null) {
            streams.transport.onReset();
        }
    }

    /** Reports the end of the channel's event loop, which does not tell the pipeline. Called in the loop's place. */
    void loopEnded() {
        if (transport != null) {
            transport.onInactive();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        isAdded = true;
        refuseSecondStreams(context);
        if (context.channel().isActive()) {
            open(context);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        open(context);
        context.fireChannelActive();
    }

    /** The first handler takes all bytes, and the second would wait for them without end. */
    private void refuseSecondStreams(ChannelHandlerContext context) {
        for (Map.Entry<String, ChannelHandler> each : context.pipeline()) {
            if (each.getValue() instanceof StreamChannelHandler other
                    && other != this
                    && other.isAdded
                    && !other.isDetached()) {
                IllegalStateException refusal = secondStreams(context.channel());
                context.close();
                notOpened(refusal);
                throw refusal;
            }
        }
    }

    private static IllegalStateException secondStreams(Channel channel) {
        return new IllegalStateException("the channel has streams already, which get its bytes: " + channel);
    }

    private void notOpened(Throwable reason) {
        Consumer<Throwable> told = notOpened;
        opened = null;
        notOpened = null;
        if (told != null) {
            told.accept(reason);
        }
    }

    private void open(ChannelHandlerContext context) {
        if (transport != null) {
            return;
        }
        try {
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
            ChannelTransport fresh = new ChannelTransport(context, idleTimeouts);
            transport = fresh;
            Consumer<StreamConnection> receiver = Objects.requireNonNull(opened);
            opened = null;
            receiver.accept(StreamConnection.over(fresh, limits, place));
        } catch (Throwable e) { // Netty would only log it
            context.close();
            notOpened(e);
            throw e;
        }
        notOpened = null;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        ChannelTransport current = transport;
        if (current != null && !current.isDetached()) {
            current.onException(new IllegalStateException("the StreamChannelHandler was removed from its pipeline;"
                    + " use StreamChannelHandler.handBack instead"));
            context.channel().closeFuture().addListener(closed -> current.onInactive()); // it gets no more events
        }
        if (!heldMessages.isEmpty()) {
            for (Object held; (held = heldMessages.poll()) != null; ) {
                context.fireChannelRead(held);
            }
            context.fireChannelReadComplete();
        }
        if (current != null && current.isDetached() && current.hasInputEnded()) {
            if (current.mayTellHalfClosure()) {
                context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
                context.fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
            } else {
                context.close();
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ChannelTransport current = transport;
        if (current == null || current.isDetached()) {
            heldMessages.add(message);
        } else if (message instanceof ByteBuf bytes) {
            current.onRead(bytes);
        } else {
            ReferenceCountUtil.release(message);
            current.onException(new IllegalStateException(
                    "streams take bytes, but a handler before the StreamChannelHandler passed on a "
                            + message.getClass().getName()));
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (transport != null) {
            transport.onReadComplete();
        }
        context.fireChannelReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (transport != null) {
            transport.onWritabilityChanged();
        }
        context.fireChannelWritabilityChanged();
    }

    /** The end of the input belongs to the streams, like its bytes; {@link #handBack} reports it to the next owner. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        boolean isEndOfInput =
                event instanceof ChannelInputShutdownEvent || event instanceof ChannelInputShutdownReadComplete;
        if (transport != null && isEndOfInput) {
            transport.onInputEnded();
            return;
        }
        if (transport != null && event instanceof ChannelOutputShutdownEvent) {
            transport.onOutputEnded();
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (transport != null) {
            transport.onInactive();
        }
        for (Object held; (held = heldMessages.poll()) != null; ) {
            context.fireChannelRead(held);
        }
        context.fireChannelInactive();
    }

    /** Every exception of the channel belongs to the connection and is not passed on. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (transport != null && !transport.isDetached()) {
            transport.onException(cause);
        } else {
            context.fireExceptionCaught(cause);
        }
    }
}
