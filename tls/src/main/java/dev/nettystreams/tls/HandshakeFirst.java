package dev.nettystreams.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLEngine;

/**
 * A context whose handlers begin with the handshake. Those of a context that was built with {@code startTls(true)} send their first flush in
 * clear: there it is the go-ahead, here it would be what the application says first when TLS is there.
 */
final class HandshakeFirst extends DelegatingSslContext {
    HandshakeFirst(SslContext context) {
        super(context);
    }

    SslHandler handler(ByteBufAllocator allocator) {
        return newHandler(allocator, false);
    }

    SslHandler handler(ByteBufAllocator allocator, String peerHost, int peerPort) {
        return newHandler(allocator, peerHost, peerPort, false);
    }

    @Override
    protected void initEngine(SSLEngine engine) {}
}
