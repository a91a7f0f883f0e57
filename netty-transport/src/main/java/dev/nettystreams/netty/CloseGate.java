package dev.nettystreams.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Stands at the head of a pipeline that has handlers of others before the streams while their connection ends. Such a
 * handler may have an end of its own to send, as an {@code SslHandler} has its close_notify, and sends it when it is
 * told to close. So it is told, and what it passes on is held here: a FIN goes out instead, and the connection lingers.
 *
 * <pre>
 *   streams --close--> SslHandler --close_notify, close--> this: held --lingered--> let through --> the socket
 * </pre>
 *
 * A second close is somebody's who means it, and goes through.
 *
 * <p>On the channel's event loop.
 */
final class CloseGate extends ChannelOutboundHandlerAdapter {
    private final CompletableFuture<Void> reached = new CompletableFuture<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable ChannelPromise held;
    private boolean isOpen;

    /** Completes when the handlers behind have sent their ends. */
    CompletableFuture<Void> reached() {
        return reached;
    }

    /** Closes the channel, past the handlers behind: they have been told. */
    void letThrough() {
        isOpen = true;
        ChannelHandlerContext head = context;
        if (head != null) {
            head.close(held == null ? head.newPromise() : held);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        this.context = context;
    }

    @Override
    @SuppressWarnings("NullAway") // Void has no other value
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (isOpen || held != null) {
            context.close(promise);
        } else {
            held = promise;
            reached.complete(null);
        }
    }
}
