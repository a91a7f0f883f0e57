package dev.nettystreams.tls;

import static javax.net.ssl.SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/**
 * Netty's handler for an engine of the JDK, with limits on the peer's requests after the handshake, all of which the
 * JDK's engine would serve. In TLS 1.2 either side can request another handshake, whose cost falls on the server. In
 * TLS 1.3 either side can request new keys (RFC 8446 section 4.6.3): a request is one short record, but the
 * other side must derive keys and send an answer, which no {@code drain} holds back. BoringSSL refuses the first to
 * clients and limits the second.
 *
 * <p>The JDK's switch against the first, {@code jdk.tls.rejectClientInitiatedRenegotiation}, affects the whole process.
 * Instead, this handler disables TLS 1.2 in the engine after the handshake: the session keeps its version, and the
 * engine answers the next ClientHello with an alert, before it signs anything.
 *
 * <p>Confined to the channel's event loop.
 */
final class JdkSslHandler extends SslHandler {
    /** BoringSSL's limit. Session tickets count, of which a few come at a time. */
    private static final int MAX_SILENT_RECORDS = 32;

    /** Netty's limit for BoringSSL: a server may request one handshake, to ask for a certificate. */
    private static final int MAX_HELLO_REQUESTS = 1;

    /** The first byte of a record, which is never encrypted in TLS 1.2 (RFC 5246 section 6.2.1). */
    private static final int HANDSHAKE_RECORD = 22;

    private static final String WITHOUT_RENEGOTIATION = "TLSv1.3";

    private int silentRecords;
    private int helloRequests;

    JdkSslHandler(SSLEngine engine) {
        super(engine);
    }

    /** The peer has sent application data. */
    void hasSpoken() {
        silentRecords = 0;
    }

    /** Netty calls this for one record, or for a part of one. */
    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf input, List<Object> output) throws SSLException {
        if (!handshakeFuture().isSuccess()) {
            super.decode(context, input, output);
            return;
        }
        if (isRenegotiation(input) && !engine().getUseClientMode()) {
            refuseRenegotiation(context, input, output);
            return;
        }
        boolean wasAtRest = engine().getHandshakeStatus() == NOT_HANDSHAKING;
        int unreadBytes = input.readableBytes();
        silentRecords++;
        super.decode(context, input, output);
        if (input.readableBytes() == unreadBytes) {
            silentRecords--; // the record is not complete yet
        } else if (silentRecords > MAX_SILENT_RECORDS) {
            throw new SSLException("the peer asks for new keys again and again");
        } else if (wasAtRest && isRenegotiating() && ++helloRequests > MAX_HELLO_REQUESTS) {
            throw new SSLException("the server renegotiates again and again");
        }
    }

    private void refuseRenegotiation(ChannelHandlerContext context, ByteBuf input, List<Object> output)
            throws SSLException {
        engine().setEnabledProtocols(new String[] {WITHOUT_RENEGOTIATION});
        try {
            super.decode(context, input, output);
        } catch (SSLException alerted) {
            throw new SSLHandshakeException("the client renegotiates, which is refused");
        }
        if (isRenegotiating()) {
            throw new SSLHandshakeException("the client renegotiates");
        }
    }

    /** TLS 1.3 disguises all records as application data. */
    private static boolean isRenegotiation(ByteBuf input) {
        return input.isReadable() && input.getUnsignedByte(input.readerIndex()) == HANDSHAKE_RECORD;
    }

    private boolean isRenegotiating() {
        SSLEngine engine = engine();
        return engine.getHandshakeStatus() != NOT_HANDSHAKING
                && !engine.isInboundDone()
                && !engine.isOutboundDone()
                && !engine.getSession().getProtocol().equals(WITHOUT_RENEGOTIATION);
    }
}
