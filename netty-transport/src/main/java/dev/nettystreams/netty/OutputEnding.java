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
 * Ends the output of a channel: with the ends of the layers over it, innermost first, and with a FIN. Sends each at
 * most once. The caller makes sure that everything written has been sent before.
 *
 * <pre>
 *   half-close, plaintext:   FIN                half-close, under TLS:   close_notify
 *   for good, plaintext:     FIN                for good, under TLS:     close_notify (of each layer), FIN
 *   for good, with other handlers before:       whatever they send when the channel is closed ({@link CloseGate}), FIN
 * </pre>
 *
 * <p>Confined to the channel's loop, except for {@link #canHalfClose}.
 */
final class OutputEnding {
    private final ChannelHandlerContext context;
    private final Channel channel;
    private final ArrayDeque<OutputEnd> unsent = new ArrayDeque<>(0); // the layers' ends, innermost first
    private CompletionStage<Void> lastEnd = CompletableFuture.completedFuture(null);
    private volatile boolean isSecured;
    private volatile @Nullable OutputEnd innermost;
    private @Nullable CloseGate gate; // set once the other handlers are told to close
    private boolean hasSentFin;

    /** @param context the context of the streams' handler */
    OutputEnding(ChannelHandlerContext context) {
        this.context = context;
        this.channel = context.channel();
    }

    /** A layer is about to be added; a FIN alone is then a truncation. */
    void beginLayer() {
        isSecured = true;
        innermost = null;
    }

    void endBy(OutputEnd end) {
        innermost = end;
        unsent.addFirst(end);
    }

    /** Returns whether there is a layer over the channel. Any thread. */
    boolean isSecured() {
        return isSecured;
    }

    /** Any thread. */
    boolean canHalfClose() {
        OutputEnd end = innermost;
        return channel instanceof DuplexChannel && (end == null ? !isSecured : end.isHalfClose());
    }

    /** Returns whether the peer can see the end in another way than by the closing of the channel. */
    boolean canFinish() {
        return channel instanceof DuplexChannel && (!isSecured || innermost != null);
    }

    /** Completes on the loop when the operating system has taken the end. */
    CompletionStage<Void> halfClose() {
        if (!isSecured) {
            sendFin();
        } else if (!unsent.isEmpty()) {
            sendNext();
        }
        return lastEnd;
    }

    /** Completes on the loop when the operating system has taken all ends. */
    CompletionStage<Void> finish() {
        while (!unsent.isEmpty()) {
            sendNext();
        }
        return lastEnd.thenCompose(done -> endOthers()).thenRun(this::sendFin);
    }

    /**
     * Lets other handlers send their ends. Under our own TLS the peer waits only for the layers' ends, which have been
     * sent.
     */
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

    /** Closes the channel; handlers that were told to close before are not told again. */
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
