package dev.nettystreams.netty;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.FailureReporter;
import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
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
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Streams at the end of a Netty pipeline: add it to a channel of yours, and the bytes that reach it are a {@code StreamReader}'s, what a
 * {@code StreamWriter} writes goes out through the handlers before it.
 *
 * <pre>{@code
 * bootstrap.childHandler(new ChannelInitializer<SocketChannel>() {
 *     protected void initChannel(SocketChannel channel) {
 *         channel.pipeline().addLast(new IdleStateHandler(60, 0, 0), new StreamChannelHandler(this::conversation));
 *     }
 * });
 * }</pre>
 *
 * <p>The streams open when the channel is active. They set {@code AUTO_READ}, {@code AUTO_CLOSE}, {@code ALLOW_HALF_CLOSURE}, the write
 * water mark and the receive allocator of the channel; {@link #handBack} restores them. On an epoll event loop that was not made with
 * {@link IoBackend#ioHandlerFactory()}, a reply larger than the socket buffer is cut off after the peer's EOF (a defect of Netty 4.2.13 and
 * later).
 *
 * <p>One object for each channel. Called by Netty on the channel's event loop; added with another executor, it closes the
 * channel and says so.
 */
public final class StreamChannelHandler extends ChannelInboundHandlerAdapter {
    /** The name of an accepted Unix socket: the one it is bound to is private and gone ({@link UnixSocketGuard}). */
    static final AttributeKey<SocketAddress> SOCKNAME = AttributeKey.valueOf(StreamChannelHandler.class, "sockname");

    private final StreamLimits limits;
    private final Consumer<StreamConnection> opened;
    private final Consumer<Throwable> notOpened;

    private @Nullable ChannelTransport transport;

    /** What arrived between {@code detach} and this handler's removal. */
    private final ArrayDeque<Object> heldMessages = new ArrayDeque<>(0);

    /**
     * Streams with the default limits, whose failures are logged.
     *
     * @param conversation run once the channel is active; the channel is closed when it is over
     */
    public StreamChannelHandler(ConnectionHandler conversation) {
        this(conversation, StreamLimits.DEFAULT, FailureReporter.LOGGING);
    }

    /**
     * Streams for a conversation.
     *
     * @param conversation run once the channel is active; the channel is closed when it is over
     * @param limits the connection's bounds
     * @param reporter told when the conversation fails
     */
    public StreamChannelHandler(ConnectionHandler conversation, StreamLimits limits, FailureReporter reporter) {
        this(limits, connection -> connection.serve(conversation, reporter), cause -> {});
    }

    /**
     * Streams whose opening, or failing to open, somebody waits for.
     *
     * @param notOpened told what has kept the streams from opening, an {@link Error} included; the channel is closed
     */
    StreamChannelHandler(StreamLimits limits, Consumer<StreamConnection> opened, Consumer<Throwable> notOpened) {
        RequiredNetty.check();
        this.limits = limits;
        this.opened = opened;
        this.notOpened = notOpened;
    }

    /**
     * Makes streams over a channel that is open already (asyncio's {@code sock=}): a handler is added at the end of its pipeline.
     *
     * <p>Called on the channel's event loop, the handler is there when the call returns: what a codec passes on when it
     * is removed next, such as the bytes behind an HTTP Upgrade request, is the streams'. Called on another thread, it
     * is added by a task of the loop.
     *
     * <p>Completes when the streams are there. Fails with {@link IllegalStateException} if the channel is not active,
     * or has streams already.
     *
     * @param channel an active channel on an event loop
     * @param limits the connection's bounds
     * @return the streams
     * @throws IllegalArgumentException if no streams can be made of the channel's data: it listens, it is
     *     connectionless, or it closes at the peer's EOF, as Netty's own Unix sockets over NIO ({@link NioUnixChannel}
     *     does not) and over io_uring (epoll's do not), and its channels within a JVM
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
        onLoopOf(channel, adopted, () -> {
            if (!channel.isActive()) {
                throw new IllegalStateException("the channel is not active: " + channel);
            }
            StreamChannelHandler present = channel.pipeline().get(StreamChannelHandler.class);
            if (present != null && !present.isDetached()) {
                throw new IllegalStateException("the channel has streams already, which get its bytes: " + channel);
            }
            channel.pipeline()
                    .addLast(new StreamChannelHandler(limits, adopted::complete, adopted::completeExceptionally));
        });
        return adopted;
    }

    private boolean isDetached() {
        return transport != null && transport.isDetached();
    }

    /** Why a channel cannot carry streams, null if it can. */
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

    /** On the channel's loop, now if the caller is there; what goes wrong is the future's. */
    private static void onLoopOf(Channel channel, CompletableFuture<?> outcome, Runnable task) {
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (Throwable e) { // whatever it was, the caller waits to know
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
     * Ends the streams and hands the channel back to its pipeline: what was written has been sent, the streams' handler is replaced by the
     * given ones, the first of which receives the unread bytes, and reading is as it was before. An end of input that has come already
     * is told behind the bytes as Netty tells it: by its events if the channel allows half-closure, else the channel is closed.
     *
     * <p>Completes when the channel has its new owner. Fails as {@link StreamConnection#detach} does, and when a successor cannot be
     * added; the channel is then closed.
     *
     * @param connection streams over a Netty channel
     * @param successors the handlers to put in the place of the streams; with none, the bytes go to the handler behind them
     * @return the channel
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
                        channel.close(); // it has no owner
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

    /** For a channel whose socket has an error that Netty does not ask for. On the channel's loop. */
    static void errorIsPending(Channel channel) {
        StreamChannelHandler streams = channel.pipeline().get(StreamChannelHandler.class);
        if (streams != null && streams.transport != null) {
            streams.transport.onReset();
        }
    }

    /** For a channel whose loop has ended without a word to its pipeline: called in the loop's place. */
    void loopEnded() {
        if (transport != null) {
            transport.onInactive();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        if (context.channel().isActive()) {
            open(context);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        open(context);
        context.fireChannelActive();
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
                        "the StreamChannelHandler was added with an executor of its own; it runs"
                                + " on the channel's event loop, and code that blocks on threads, as by Await.onThreads: "
                                + context.channel());
            }
            ChannelTransport fresh = new ChannelTransport(context);
            transport = fresh;
            opened.accept(StreamConnection.over(fresh, limits));
        } catch (Throwable e) { // Netty would tell a log
            context.close();
            notOpened.accept(e);
            throw e;
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        ChannelTransport current = transport;
        if (current != null && !current.isDetached()) {
            current.onException(new IllegalStateException("the StreamChannelHandler was removed from its pipeline;"
                    + " StreamChannelHandler.handBack does that without harm"));
            context.channel()
                    .closeFuture()
                    .addListener(closed -> current.onInactive()); // the pipeline tells us no more
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
                    "streams are made of bytes, and a handler before the StreamChannelHandler passed on a "
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

    /** The end of the input is the streams' as its bytes are; who gets the channel back is told then. */
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

    /** Every error of the channel is the connection's: it ends here. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (transport != null && !transport.isDetached()) {
            transport.onException(cause);
        } else {
            context.fireExceptionCaught(cause);
        }
    }
}
