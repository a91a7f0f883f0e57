package dev.nettystreams.netty;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamLimits;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * Starts servers on hosts and on Unix sockets.
 *
 * @param loops the loops whose close also closes the servers
 */
record Serving(Loops loops, StreamLimits limits) {
    CompletableFuture<StreamServer> onHosts(
            ConnectionHandler handler, List<String> hosts, int port, ServerOptions options) {
        Objects.requireNonNull(handler, "handler");
        Objects.requireNonNull(options, "options").requireNoneOfUnix();
        List<String> listened = List.copyOf(Objects.requireNonNull(hosts, "hosts"));
        if (listened.isEmpty()) {
            throw new IllegalArgumentException("no hosts to listen on");
        }
        requirePort(port, 0);
        return new ServerStart(loops, loops, limits, handler, options)
                .run(() -> NameResolution.toListenOn(listened, port, options.family(), NameLookups.SYSTEM)
                        .thenApply(addresses -> listening -> listening.openTcp(addresses, loops.backend)));
    }

    static void requirePort(int port, int lowest) {
        if (port < lowest || port > 65535) {
            throw new IllegalArgumentException("port not in " + lowest + " to 65535: " + port);
        }
    }

    CompletableFuture<StreamServer> onUnix(ConnectionHandler handler, UnixPath path, ServerOptions options) {
        Objects.requireNonNull(handler, "handler");
        Objects.requireNonNull(options, "options").requireNoneOfTcp();
        ConnectionSettings.refuse(
                path.isAbstract() && options.unixPermissions() != null, "permissions", "abstract Unix sockets");
        SocketAddress address;
        Loops unix;
        try {
            address = path.address(loops.backend.forUnixSockets());
            unix = loops.forUnixSockets();
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
        return new ServerStart(loops, unix, limits, handler, options)
                .run(() -> CompletableFuture.completedFuture(
                        listening -> listening.openUnix(path, address, unix.backend, unix.unixServerChannels())));
    }
}
