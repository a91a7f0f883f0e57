package dev.nettystreams.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import javax.net.ssl.SSLEngine;

/**
 * A context whose handlers start with the handshake. The handlers of a context built with {@code startTls(true)} send
 * their first flush in plaintext, which Netty intends for the go-ahead. Here the go-ahead is already sent, and the
 * first flush would be application data.
 */
final class HandshakeFirstContext extends DelegatingSslContext {
    private final boolean isOfTheJdk;

    HandshakeFirstContext(SslContext context) {
        super(context);
        isOfTheJdk = context instanceof JdkSslContext;
    }

    SslHandler handler(ByteBufAllocator allocator) {
        return isOfTheJdk ? new JdkSslHandler(newEngine(allocator)) : newHandler(allocator, false);
    }

    SslHandler handler(ByteBufAllocator allocator, String peerHost, int peerPort) {
        return isOfTheJdk
                ? new JdkSslHandler(newEngine(allocator, peerHost, peerPort))
                : newHandler(allocator, peerHost, peerPort, false);
    }

    @Override
    protected void initEngine(SSLEngine engine) {}
}
