package dev.nettystreams.demos.proxy;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.TlsSession;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.netty.NettyStreams;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The way from the proxy on.
 *
 * @param destination where it leads to
 * @param header which PROXY header goes first, null for none
 * @param tls the client's side of TLS, null in clear
 */
record Route(
        Destination destination,
        @Nullable HAProxyProtocolVersion header,
        @Nullable TlsUpgrade tls) {
    /**
     * Connects, says in clear who comes, and then secures the connection.
     *
     * @param gone completes when the client has gone, for whom nobody is to be connected any more
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
