package dev.nettystreams.tls;

import static javax.net.ssl.SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;

/**
 * Reports errors of BoringSSL that Netty's handler keeps to itself. When BoringSSL has refused a record, Netty sends
 * the alert, stores the error until its next call, and reports nothing. The peer then takes the connection for ended,
 * while a reader on our side waits for as long as the peer likes. After each read this handler checks whether
 * BoringSSL's input has ended; if Netty has not noticed an end, an empty write makes it throw the stored error.
 *
 * <p>Confined to the channel's event loop.
 */
final class UntoldAlert extends ChannelInboundHandlerAdapter {
    private final ReferenceCountedOpenSslEngine engine;
    private boolean isAsked;

    UntoldAlert(ReferenceCountedOpenSslEngine engine) {
        this.engine = engine;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (!isAsked && hasFailed()) {
            isAsked = true;
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(write -> {
                if (!write.isSuccess()) {
                    context.fireExceptionCaught(write.cause());
                }
            });
        }
        context.fireChannelReadComplete();
    }

    /** BoringSSL marks a failed input as ended. */
    private boolean hasFailed() {
        long ssl = engine.sslPointer();
        return ssl != 0
                && (SSL.getShutdown(ssl) & SSL.SSL_RECEIVED_SHUTDOWN) != 0
                && !engine.isInboundDone()
                && engine.getHandshakeStatus() == NOT_HANDSHAKING;
    }
}
