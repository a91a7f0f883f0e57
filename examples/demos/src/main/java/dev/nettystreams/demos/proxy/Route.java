package dev.nettystreams.demos.proxy;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.TlsSession;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.demos.ProxyHeader;
import dev.nettystreams.netty.NettyStreams;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The second half of a proxied connection.
 *
 * @param destination the destination
 * @param header the PROXY header to send first, or null for none
 * @param tls the client side of TLS, or null for plaintext
 */
record Route(
        Destination destination,
        @Nullable HAProxyProtocolVersion header,
        @Nullable TlsUpgrade tls) {
    /**
     * Connects, sends the PROXY header in plaintext, and then upgrades the connection to TLS.
     *
     * @param gone completes when the client has gone, which cancels the connection
     */
    CompletableFuture<StreamConnection> open(
            NettyStreams streams, ProxyHeader who, @Nullable TlsSession clientTls, CompletableFuture<?> gone) {
        CompletableFuture<StreamConnection> connecting = destination.connect(streams);
        gone.whenComplete((over, failure) -> connecting.cancel(false));
        return connecting.thenCompose(upstream -> {
            byte[] first;
            try {
                first = header == null ? new byte[0] : who.encode(header, clientTls);
            } catch (RuntimeException e) {
                upstream.abort();
                throw e;
            }
            if (tls == null) {
                upstream.writer().write(first);
                return CompletableFuture.completedFuture(upstream);
            }
            CompletableFuture<TlsSession> securing = upstream.writer().startTls(tls, first);
            gone.whenComplete((over, failure) -> securing.cancel(false));
            return securing.thenApply(session -> upstream).whenComplete((secured, failure) -> {
                if (failure != null) {
                    upstream.abort();
                }
            });
        });
    }
}
