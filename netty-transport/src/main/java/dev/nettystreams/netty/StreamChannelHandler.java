package dev.nettystreams.netty;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.FailureReporter;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.spi.OpeningPlace;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownEvent;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
 * {@code ALLOW_HALF_CLOSURE}, write water mark and receive allocator; {@link #handBack handBack} restores them. On an
 * epoll event loop that was not made with {@link IoBackend#ioHandlerFactory()}, a reply larger than the socket buffer
 * is cut off after the peer's EOF (a defect of Netty 4.2.13 and later).
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

    private final StreamOpening opening;
    private final HeldMessages held = new HeldMessages();

    private boolean isAdded;
    private @Nullable ChannelTransport transport;

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
        this.opening = new StreamOpening(limits, idleTimeouts, place, opened, notOpened);
    }

    /**
     * Creates streams over an open channel by adding a handler at the end of its pipeline (asyncio's {@code sock=}).
     *
     * <p>Completes when the streams are ready. On the channel's event loop the handler is added before this method
     * returns, so it receives the bytes that a codec passes on when the codec is removed next, such as the bytes after
     * an HTTP Upgrade request. On another thread the handler is added in a later task of the loop.
     *
     * <p>Fails with {@link IllegalStateException} if the channel is not active or has streams already, and with
     * {@link dev.nettystreams.StreamBrokenException} if the channel's event loop has shut down.
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
        return ChannelHandover.adopt(channel, limits);
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
        return ChannelHandover.handBack(connection, successors);
    }

    /** Reports a socket error that Netty does not read. Called on the channel's event loop. */
    static void errorIsPending(Channel channel) {
        StreamChannelHandler streams = channel.pipeline().get(StreamChannelHandler.class);
        if (streams != null && streams.transport != null) {
            streams.transport.end().onReset();
        }
    }

    boolean isDetached() {
        return transport != null && transport.end().isDetached();
    }

    /** Returns the messages that go to the next owner of the channel. */
    HeldMessages held() {
        return held;
    }

    /** Gives the channel its former settings back. */
    void giveBack() {
        if (transport != null) {
            transport.giveBack();
        }
    }

    /** Reports the end of the channel's event loop, which does not tell the pipeline. Called in the loop's place. */
    void loopEnded() {
        if (transport != null) {
            transport.end().onInactive();
        }
    }

    /** Opens the streams if the channel is active. Refuses a pipeline that has streams already. */
    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        isAdded = true;
        refuseSecondStreams(context);
        if (context.channel().isActive()) {
            open(context);
        }
    }

    /** Opens the streams. */
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
                IllegalStateException refusal = StreamOpening.secondStreams(context.channel());
                context.close();
                opening.fail(refusal);
                throw refusal;
            }
        }
    }

    private void open(ChannelHandlerContext context) {
        if (transport != null) {
            return;
        }
        try {
            opening.check(context);
            ChannelTransport fresh = new ChannelTransport(context, opening.idleTimeouts());
            transport = fresh;
            opening.complete(fresh);
        } catch (Throwable e) { // Netty would only log it
            context.close();
            opening.fail(e);
            throw e;
        }
    }

    /** Ends the streams with a failure, unless {@link #handBack handBack} removes this handler. */
    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        ChannelTransport current = transport;
        boolean isHandedBack = current != null && current.end().isDetached();
        if (current != null && !isHandedBack) {
            ChannelEnd end = current.end();
            end.onException(new IllegalStateException("the StreamChannelHandler was removed from its pipeline;"
                    + " use StreamChannelHandler.handBack instead"));
            context.channel().closeFuture().addListener(closed -> end.onInactive()); // it gets no more events
        }
        if (held.passOn(context)) {
            context.fireChannelReadComplete();
        }
        if (current != null && isHandedBack && current.end().hasInputEnded()) {
            ChannelHandover.tellInputEnded(context, current.mayTellHalfClosure());
        }
    }

    /** Gives received bytes to the streams. Any other message ends them with a failure. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ChannelTransport current = transport;
        if (current == null || current.end().isDetached()) {
            held.add(message);
        } else if (message instanceof ByteBuf bytes) {
            current.onRead(bytes);
        } else {
            ReferenceCountUtil.release(message);
            current.end()
                    .onException(new IllegalStateException(
                            "streams take bytes, but a handler before the StreamChannelHandler passed on a "
                                    + message.getClass().getName()));
        }
    }

    /** Ends a burst of received bytes, after which the streams send their answers. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (transport != null) {
            transport.onReadComplete();
        }
        context.fireChannelReadComplete();
    }

    /** Lets waiting writers go on if the channel has become writable. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (transport != null) {
            transport.onWritabilityChanged();
        }
        context.fireChannelWritabilityChanged();
    }

    /**
     * The end of the input belongs to the streams, like its bytes; {@link #handBack handBack} reports it to the next
     * owner.
     */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        boolean isEndOfInput =
                event instanceof ChannelInputShutdownEvent || event instanceof ChannelInputShutdownReadComplete;
        if (transport != null && isEndOfInput) {
            transport.end().onInputEnded();
            return;
        }
        if (transport != null && event instanceof ChannelOutputShutdownEvent) {
            transport.end().onOutputEnded();
        }
        context.fireUserEventTriggered(event);
    }

    /** Ends the streams, because the connection has ended. */
    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (transport != null) {
            transport.end().onInactive();
        }
        held.passOn(context);
        context.fireChannelInactive();
    }

    /** Every exception of the channel belongs to the connection and is not passed on. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (transport != null && !transport.end().isDetached()) {
            transport.end().onException(cause);
        } else {
            context.fireExceptionCaught(cause);
        }
    }
}
