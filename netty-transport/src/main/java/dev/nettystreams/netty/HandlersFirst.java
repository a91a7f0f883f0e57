package dev.nettystreams.netty;

import dev.nettystreams.StreamConnection;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Stands for the streams at the end of a pipeline until the handlers before it are ready. A proxy's handler connects to
 * the proxy, reports the channel as active, and holds back what is written until the proxy has connected to the target.
 * An empty write tells when.
 *
 * <pre>
 *   active --connected to the address that was asked for--> the streams open
 *          \--to another one--> an empty write --sent--> the streams open, and get what has arrived
 *                                              \--failed, or any exception--> lost
 * </pre>
 *
 * <p>Without another address there is no empty write: a handler that frames messages would send a frame for it.
 */
final class HandlersFirst extends ChannelInboundHandlerAdapter {
    /** Called with a channel that was refused, the reason, and the address that was asked for. */
    @FunctionalInterface
    interface Lost {
        void accept(Channel channel, Throwable cause, SocketAddress address);
    }

    private final SocketAddress target;
    private final Function<Consumer<StreamConnection>, StreamChannelHandler> streams;
    private final Consumer<StreamConnection> opened;
    private final Lost lost;
    private final ArrayDeque<Object> held = new ArrayDeque<>(0);
    private @Nullable StreamConnection connection;
    private boolean isOver;

    HandlersFirst(
            SocketAddress target,
            Function<Consumer<StreamConnection>, StreamChannelHandler> streams,
            Consumer<StreamConnection> opened,
            Lost lost) {
        this.target = target;
        this.streams = streams;
        this.opened = opened;
        this.lost = lost;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        SocketAddress peer = context.channel().remoteAddress();
        if (peer == null || peer.equals(target)) {
            open(context);
            return;
        }
        context.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true); // as the streams will
        // The outcome may be told from inside the other handler's calls: the streams open in a task of their own.
        context.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(sent -> context.executor().execute(() -> {
                    if (sent.isSuccess()) {
                        open(context);
                    } else {
                        lose(context, sent.cause());
                    }
                }));
    }

    private void open(ChannelHandlerContext context) {
        if (isOver) {
            return;
        }
        if (!context.channel().isActive()) {
            lose(context, new ClosedChannelException()); // streams would wait for a channel that has ended
            return;
        }
        isOver = true;
        context.pipeline().addLast(streams.apply(fresh -> connection = fresh)); // opens at once: the channel is active
        boolean hasHeld = !held.isEmpty();
        release(context);
        if (hasHeld) {
            context.fireChannelReadComplete();
        }
        context.pipeline().remove(this);
        if (connection != null) {
            opened.accept(connection);
        }
    }

    private void lose(ChannelHandlerContext context, Throwable cause) {
        if (!isOver) {
            isOver = true;
            context.close();
            context.executor().execute(() -> lost.accept(context.channel(), cause, target)); // the race knows it then
        }
    }

    private void release(ChannelHandlerContext context) {
        for (Object message; (message = held.poll()) != null; ) {
            context.fireChannelRead(message);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        held.add(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        // The streams are told when they open.
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        release(context); // to the end of the pipeline, which releases the buffers
        context.fireChannelInactive();
        lose(context, new ClosedChannelException()); // closed by another handler, which has told no reason
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        lose(context, cause);
    }
}
