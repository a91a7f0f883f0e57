package dev.nettystreams.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Stands at the head of a pipeline with other handlers before the streams while the connection ends. Such a handler may
 * have to send an end of its own when the channel is closed, as an {@code SslHandler} sends its close_notify. So the
 * streams close the channel, and this gate holds the close: a FIN is sent instead, and the connection lingers.
 *
 * <pre>
 *   streams --close--> SslHandler --close_notify, close--> this: held --lingered--> let through --> the socket
 * </pre>
 *
 * A second close is deliberate and passes.
 *
 * <p>Confined to the channel's event loop.
 */
final class CloseGate extends ChannelOutboundHandlerAdapter {
    private final CompletableFuture<Void> reached = new CompletableFuture<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable ChannelPromise held;
    private boolean isOpen;

    /** Completes when the handlers after this one have sent their ends. */
    CompletableFuture<Void> reached() {
        return reached;
    }

    /** Closes the channel from here: the handlers after this one have been closed before. */
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
