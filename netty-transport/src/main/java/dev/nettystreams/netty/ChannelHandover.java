package dev.nettystreams.netty;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.spi.OpeningPlace;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * How an open channel changes hands: from the program's handlers to streams, and back. The contracts are those of
 * {@link StreamChannelHandler#adopt} and {@link StreamChannelHandler#handBack}. Any thread.
 */
final class ChannelHandover {
    private ChannelHandover() {}

    static CompletableFuture<StreamConnection> adopt(Channel channel, StreamLimits limits) {
        RequiredNetty.check();
        Objects.requireNonNull(limits, "limits");
        String refusal = StreamOpening.refusalOf(Objects.requireNonNull(channel, "channel"));
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
                throw StreamOpening.secondStreams(channel);
            }
            channel.pipeline()
                    .addLast(new StreamChannelHandler(
                            limits, IdleTimeouts.NONE, place, adopted::complete, adopted::completeExceptionally));
        });
        return adopted;
    }

    static CompletableFuture<Channel> handBack(StreamConnection connection, ChannelHandler... successors) {
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
        streams.held().addUnread(unread);
        pipeline.remove(streams);
        streams.giveBack();
    }

    /** Tells the next owner, as Netty does it, that the peer ended its output while the streams had the channel. */
    static void tellInputEnded(ChannelHandlerContext context, boolean allowsHalfClosure) {
        if (allowsHalfClosure) {
            context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
            context.fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        } else {
            context.close();
        }
    }
}
