package dev.nettystreams.tls;

import static javax.net.ssl.SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * Netty's handler over an engine of the JDK, which does whatever a peer asks for after the handshake: in TLS 1.2 a client can have a server do the
 * costly part again and again; in 1.3 either can ask for new keys (RFC 8446, section 4.6.3), each 43 bytes to the one and some 50 microseconds to the
 * other, with an answer that nobody has to read and no {@code drain} holds back. BoringSSL refuses the first, and the second after so many.
 *
 * <p>On the channel's event loop.
 */
final class JdkSslHandler extends SslHandler {
    /** As BoringSSL has it. Session tickets are among them, a few at a time. */
    private static final int MAX_SILENT_RECORDS = 32;

    private int silentRecords;

    JdkSslHandler(SSLEngine engine) {
        super(engine);
    }

    /** The peer has sent bytes for the application. */
    void hasSpoken() {
        silentRecords = 0;
    }

    /** Netty calls this for one record, or a part of one. */
    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf input, List<Object> output) throws SSLException {
        boolean isOver = handshakeFuture().isSuccess();
        int unreadBytes = input.readableBytes();
        if (isOver) {
            silentRecords++;
        }
        super.decode(context, input, output);
        if (!isOver) {
            return;
        }
        if (input.readableBytes() == unreadBytes) {
            silentRecords--; // it is not all there yet
        } else if (silentRecords > MAX_SILENT_RECORDS) {
            throw new SSLException("the peer asks for new keys again and again");
        } else if (isRenegotiation(engine())) {
            throw new SSLException("the peer renegotiates");
        }
    }

    /** The client's side is asked by the server, and declines. */
    private static boolean isRenegotiation(SSLEngine engine) {
        return engine.getHandshakeStatus() != NOT_HANDSHAKING
                && !engine.getUseClientMode()
                && !engine.isInboundDone()
                && !engine.isOutboundDone()
                && !engine.getSession().getProtocol().equals("TLSv1.3");
    }
}
