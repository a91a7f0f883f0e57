package dev.nettystreams.tls;

import static javax.net.ssl.SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;

/**
 * Stands behind Netty's handler over BoringSSL. When BoringSSL has refused a record of the peer's, Netty sends the
 * alert, keeps the error for the next thing that it is asked to do, and says nothing: the peer has been told that the
 * connection is over, and a reader on our side waits for as long as the peer likes. After each read, BoringSSL is asked
 * whether its input has ended; where Netty knows of no end, an empty write brings the error to light.
 *
 * <p>On the channel's event loop.
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

    /** BoringSSL takes an error for an end. */
    private boolean hasFailed() {
        long ssl = engine.sslPointer();
        return ssl != 0
                && (SSL.getShutdown(ssl) & SSL.SSL_RECEIVED_SHUTDOWN) != 0
                && !engine.isInboundDone()
                && engine.getHandshakeStatus() == NOT_HANDSHAKING;
    }
}
