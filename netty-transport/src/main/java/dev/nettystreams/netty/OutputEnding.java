package dev.nettystreams.netty;

import dev.nettystreams.spi.OutputEnd;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The end of a channel's output: by the ends of the layers over it, innermost first, and by a FIN. Each is sent at most
 * once, and behind all that was written: the caller sees to that.
 *
 * <pre>
 *   half-close, in clear:  FIN                  half-close, under TLS:  close_notify
 *   for good, in clear:    FIN                  for good, under TLS:    close_notify (of each layer), FIN
 *   for good, behind handlers of others:        whatever they send when they are told to close ({@link CloseGate}), FIN
 * </pre>
 *
 * <p>Confined to the channel's loop, save {@link #canHalfClose}.
 */
final class OutputEnding {
    private final ChannelHandlerContext context;
    private final Channel channel;
    private final ArrayDeque<OutputEnd> unsent = new ArrayDeque<>(0); // of the layers, innermost first
    private CompletionStage<Void> lastEnd = CompletableFuture.completedFuture(null);
    private volatile boolean isSecured;
    private volatile @Nullable OutputEnd innermost;
    private @Nullable CloseGate gate; // while others are told of the end, and afterwards
    private boolean hasSentFin;

    /** @param context of the streams' handler */
    OutputEnding(ChannelHandlerContext context) {
        this.context = context;
        this.channel = context.channel();
    }

    /** A layer follows, over which a FIN alone is a truncation. */
    void beginLayer() {
        isSecured = true;
        innermost = null;
    }

    void endBy(OutputEnd end) {
        innermost = end;
        unsent.addFirst(end);
    }

    /** Whether there is a layer over the channel. Any thread. */
    boolean isSecured() {
        return isSecured;
    }

    /** Any thread. */
    boolean canHalfClose() {
        OutputEnd end = innermost;
        return channel instanceof DuplexChannel && (end == null ? !isSecured : end.isHalfClose());
    }

    /** Whether the peer can be told of the end but by closing the channel. */
    boolean canFinish() {
        return channel instanceof DuplexChannel && (!isSecured || innermost != null);
    }

    /** Completes on the loop when the end is with the operating system. */
    CompletionStage<Void> halfClose() {
        if (!isSecured) {
            sendFin();
        } else if (!unsent.isEmpty()) {
            sendNext();
        }
        return lastEnd;
    }

    /** Completes on the loop when all ends are with the operating system. */
    CompletionStage<Void> finish() {
        while (!unsent.isEmpty()) {
            sendNext();
        }
        return lastEnd.thenCompose(done -> endOthers()).thenRun(this::sendFin);
    }

    /** Under TLS of ours the layers' ends are what the peer waits for, and theirs have been sent. */
    private CompletionStage<Void> endOthers() {
        if (isSecured || context.equals(context.pipeline().firstContext())) {
            return lastEnd;
        }
        CloseGate others = new CloseGate();
        gate = others;
        context.pipeline().addFirst(others);
        context.close();
        return others.reached();
    }

    /** Closes the channel; who has been told of the end is not told again. */
    void close() {
        if (gate == null) {
            context.close();
        } else {
            gate.letThrough();
        }
    }

    private void sendNext() {
        OutputEnd next = unsent.remove();
        lastEnd = lastEnd.thenCompose(done -> next.send());
    }

    private void sendFin() {
        if (!hasSentFin && channel.isActive()) {
            hasSentFin = true;
            ((DuplexChannel) channel).shutdownOutput();
        }
    }
}
