package dev.nettystreams.tls;

import dev.nettystreams.TlsSession;
import dev.nettystreams.TlsTruncationException;
import dev.nettystreams.netty.StreamChannelHandler;
import dev.nettystreams.spi.OutputEnd;
import dev.nettystreams.spi.Transport;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * The layer between Netty's {@link SslHandler} and the streams: translates the handler's events into the contract of
 * the streams.
 *
 * <pre>
 *   wire --- ... --- SslHandler --- this --- StreamChannelHandler
 *
 *   HANDSHAKING --done--> OPEN --close_notify--> ENDED (EOF for the streams)
 *        |                    \__FIN alone--> ENDED (a truncation; EOF if that is accepted)
 *      failed
 * </pre>
 *
 * The streams decide when the output ends ({@link CloseNotify}), whatever has become of the input. Where the end of one
 * direction ends both (TLS 1.2, and BoringSSL as Netty uses it), the engine refuses writes after the peer's end: each
 * such write fails, and so does its promise.
 *
 * Some behaviour of Netty is surprising. This layer corrects it:
 * <ul>
 *   <li>With half-closure allowed, which the streams need, Netty reports a FIN without close_notify only as a shut down
 *       input, which would be read as a clean end.
 *   <li>Once our close_notify is sent, Netty's BoringSSL engine reports every incoming record as the peer's
 *       close_notify. The engine's own state is right.
 *   <li>Netty buffers bytes after the peer's close_notify until the connection is closed. This layer discards them
 *       first.
 *   <li>Netty reports a failed handshake before its alert is sent, and a listener might close the connection too early.
 *       The streams learn of it in a later task.
 *   <li>The JDK engine's exception for plaintext contains all of the plaintext.
 * </ul>
 *
 * <p>Called by Netty on the channel's event loop.
 */
final class TlsLayer extends ChannelDuplexHandler {
    private static final int LONGEST_MESSAGE = 200;
    private static final Pattern CONTROLS = Pattern.compile("[^ -~]");

    /** The start of the message with which Netty's BoringSSL engine wraps an exception of a trust manager. */
    private static final String SAYS_NOTHING = "General OpenSslEngine problem";

    /** Creates the handler for one connection. */
    @FunctionalInterface
    interface Engines {
        SslHandler newHandler(ByteBufAllocator allocator) throws SSLException;
    }

    private enum Phase {
        HANDSHAKING,
        FAILED,
        OPEN,
        ENDED
    }

    private final Transport transport;
    private final SslHandler ssl;
    private final boolean acceptsTruncation;
    private final SessionFacts facts;
    private final CompletableFuture<TlsSession> handshake = new CompletableFuture<>();
    private Phase phase = Phase.HANDSHAKING;
    private boolean hasPeerEndedBoth;

    private TlsLayer(Transport transport, SslHandler ssl, boolean acceptsTruncation, SessionFacts facts) {
        this.transport = transport;
        this.ssl = ssl;
        this.acceptsTruncation = acceptsTruncation;
        this.facts = facts;
    }

    /**
     * Inserts TLS below the streams of a connection and starts the handshake. Called on the connection's event loop.
     *
     * @param transport the connection's transport
     * @param leftover the first bytes of the TLS input
     * @param acceptsTruncation whether a FIN without close_notify counts as an end
     * @param askedFor the host name that a client asks for
     * @param engines creates the handler
     * @return completes with the negotiated session
     */
    static CompletionStage<TlsSession> install(
            Transport transport,
            byte[] leftover,
            boolean acceptsTruncation,
            @Nullable String askedFor,
            Engines engines) {
        if (!(transport.extraInfo("channel") instanceof Channel channel)) {
            return CompletableFuture.failedFuture(new SSLException(
                    "TLS needs a Netty channel, and this connection is over another transport: " + transport));
        }
        ChannelPipeline pipeline = channel.pipeline();
        ChannelHandlerContext streams = pipeline.context(StreamChannelHandler.class);
        if (streams == null) {
            return CompletableFuture.failedFuture(new SSLException("the connection is closed"));
        }
        SslHandler ssl;
        try {
            ssl = engines.newHandler(channel.alloc());
        } catch (SSLException | RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
        ssl.setHandshakeTimeoutMillis(0); // the streams' own timeout covers all of startTls
        ssl.setCloseNotifyFlushTimeoutMillis(0); // and all of close
        TlsLayer layer = new TlsLayer(transport, ssl, acceptsTruncation, new SessionFacts(ssl, askedFor));
        pipeline.addBefore(streams.name(), null, layer);
        ChannelHandlerContext above = pipeline.context(layer);
        if (ssl.engine() instanceof ReferenceCountedOpenSslEngine openSsl) {
            UntoldAlert alert = new UntoldAlert(openSsl);
            pipeline.addBefore(above.name(), null, alert);
            above = pipeline.context(alert);
        }
        pipeline.addBefore(above.name(), null, ssl); // starts the handshake, so the layer must be in place
        if (leftover.length > 0) {
            ChannelHandlerContext input = pipeline.context(ssl);
            try {
                ssl.channelRead(input, Unpooled.wrappedBuffer(leftover));
                ssl.channelReadComplete(input);
            } catch (Exception e) {
                input.fireExceptionCaught(e);
            }
        }
        return layer.handshake;
    }

    // ---- events from below

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion) {
            handshakeCompleted(context, completion);
        } else if (event instanceof SslCloseCompletionEvent completion) {
            if (completion.isSuccess()) {
                lookForEnd(context);
            }
        } else if (event instanceof ChannelInputShutdownEvent || event instanceof ChannelInputShutdownReadComplete) {
            inputShutDown(context);
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    private void handshakeCompleted(ChannelHandlerContext context, SslHandshakeCompletionEvent completion) {
        if (phase != Phase.HANDSHAKING) {
            return;
        }
        if (completion.isSuccess()) {
            phase = Phase.OPEN;
            transport.endOutputBy(new CloseNotify(context));
            handshake.complete(facts.session());
        } else {
            handshakeFailed(context, completion.cause());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (ssl instanceof JdkSslHandler jdk) {
            jdk.hasSpoken();
        }
        context.fireChannelRead(message);
    }

    private void handshakeFailed(ChannelHandlerContext context, Throwable cause) {
        phase = Phase.FAILED;
        Throwable told = concise(cause);
        context.executor().execute(() -> handshake.completeExceptionally(told));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        lookForEnd(context);
        context.fireChannelReadComplete();
    }

    /**
     * Checks the engine for the peer's end. On an inactive channel the engine has ended too, whether or not the peer
     * has sent an end.
     */
    private void lookForEnd(ChannelHandlerContext context) {
        if (phase == Phase.OPEN && context.channel().isActive() && ssl.engine().isInboundDone()) {
            ended(context);
        }
    }

    /** Handles the peer's close_notify, or a FIN that stands for it. */
    private void ended(ChannelHandlerContext context) {
        phase = Phase.ENDED;
        context.pipeline().addBefore(context.pipeline().context(ssl).name(), null, new DroppedInput());
        context.fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        context.fireChannelReadComplete(); // sends the bytes written in answer to it
        if (ssl.engine().isOutboundDone()) {
            hasPeerEndedBoth = true;
            ssl.closeOutbound(); // sends the engine's answer
        }
    }

    /** Discards bytes after the peer's end. */
    private static final class DroppedInput extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ReferenceCountUtil.release(message);
        }
    }

    /** Handles the peer's FIN. */
    private void inputShutDown(ChannelHandlerContext context) {
        if (phase == Phase.HANDSHAKING) {
            handshakeFailed(context, new SSLHandshakeException("the peer closed the connection during the handshake"));
        } else if (phase == Phase.OPEN && acceptsTruncation) {
            ended(context);
        } else if (phase == Phase.OPEN) {
            phase = Phase.ENDED;
            context.fireExceptionCaught(new TlsTruncationException(
                    "the connection ended without close_notify: the bytes read may not be all that the peer sent",
                    null));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Throwable told = concise(cause);
        if (phase == Phase.HANDSHAKING) {
            handshakeFailed(context, told);
        } else if (phase != Phase.FAILED) { // a failed handshake has been reported
            phase = Phase.ENDED;
            context.fireExceptionCaught(told);
        }
    }

    /** Where half-closure is off, as after {@code handBack}, this is the only sign of a FIN. */
    @Override
    public void channelInactive(ChannelHandlerContext context) {
        boolean isFin = !Boolean.TRUE.equals(context.channel().config().getOption(ChannelOption.ALLOW_HALF_CLOSURE));
        if (phase == Phase.OPEN && isFin) {
            inputShutDown(context);
        }
        context.fireChannelInactive();
    }

    /**
     * Returns the engine's own exception, or its cause where the engine's message says nothing, with a message of
     * bounded length: text that a stranger has sent does not belong in a log.
     */
    private static Throwable concise(Throwable cause) {
        Throwable reason = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        if (reason instanceof NotSslRecordException) {
            return new SSLException("the peer's bytes are not a TLS record");
        }
        if (!(reason instanceof SSLException)) {
            return reason;
        }
        String message = String.valueOf(reason.getMessage());
        Throwable root = rootOf(reason);
        String rootMessage = String.valueOf(root.getMessage());
        if (message.startsWith(SAYS_NOTHING) && reason.getCause() != null) {
            message = rootMessage;
        } else if (reason instanceof SSLProtocolException && reason.getCause() instanceof IllegalArgumentException) {
            // Only the refusal of a server name has such a cause.
            message = RequestedName.REFUSED_BY_THE_JDK + message;
        } else if (root instanceof CertificateException && !message.contains(rootMessage)) {
            message += ": " + rootMessage; // of the dates, the JDK's engine says only "validity check failed"
        } else if (message.length() <= LONGEST_MESSAGE) {
            return reason;
        }
        SSLException told = reason instanceof SSLHandshakeException
                ? new SSLHandshakeException(shortened(message))
                : new SSLException(shortened(message));
        told.initCause(reason.getCause());
        return told;
    }

    private static String shortened(String message) {
        String printable = CONTROLS.matcher(message).replaceAll("?"); // a peer chooses the names in it
        return printable.length() <= LONGEST_MESSAGE ? printable : printable.substring(0, LONGEST_MESSAGE) + "...";
    }

    /** Returns the last cause, but none below a trust manager's own exception, whose message is clearer. */
    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        for (Throwable next = failure.getCause(); next != null; next = next.getCause()) {
            boolean isDetail = root instanceof GeneralSecurityException && !(next instanceof GeneralSecurityException);
            root = isDetail ? root : next;
        }
        return root;
    }

    // ---- calls from above

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (hasPeerEndedBoth) {
            ReferenceCountUtil.release(message);
            promise.tryFailure(
                    new SSLException("the peer's close_notify has ended both directions: TLS 1.2 has no half-close,"
                            + " nor has BoringSSL as Netty uses it"));
        } else {
            context.write(message, promise);
        }
    }

    /** Ends our output with a close_notify. */
    private final class CloseNotify implements OutputEnd {
        private final ChannelHandlerContext context;

        CloseNotify(ChannelHandlerContext context) {
            this.context = context;
        }

        @Override
        public boolean isHalfClose() {
            return !(ssl.engine() instanceof ReferenceCountedOpenSslEngine)
                    && ssl.engine().getSession().getProtocol().equals("TLSv1.3");
        }

        @Override
        public CompletionStage<Void> send() {
            CompletableFuture<Void> sent = new CompletableFuture<>();
            ssl.closeOutbound(context.newPromise()).addListener(write -> {
                if (write.isSuccess()) {
                    sent.complete(null);
                } else {
                    sent.completeExceptionally(write.cause());
                }
            });
            return sent;
        }
    }
}
