package dev.nettystreams.netty;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamLimits;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * Starts servers on hosts, on Unix sockets, and on sockets that listen already.
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
        return loops.onUnixSocket(
                path,
                (address, unix) -> new ServerStart(loops, unix, limits, handler, options)
                        .run(() -> CompletableFuture.completedFuture(listening ->
                                listening.openUnix(path, address, unix.backend, unix.unixServerChannels()))));
    }

    CompletableFuture<StreamServer> onChannel(
            ConnectionHandler handler, ServerChannel listening, ServerOptions options) {
        Objects.requireNonNull(handler, "handler");
        Objects.requireNonNull(options, "options").requireNoneOfBinding();
        try {
            return on(AdoptedListener.of(Objects.requireNonNull(listening, "listening"), loops), handler, options);
        } catch (IOException e) { // these streams are closed; the channel is the server's, which does not start
            AdoptedListener.close(listening);
            return CompletableFuture.failedFuture(e);
        }
    }

    CompletableFuture<StreamServer> onDescriptor(ConnectionHandler handler, int descriptor, ServerOptions options) {
        Objects.requireNonNull(handler, "handler");
        Objects.requireNonNull(options, "options").requireNoneOfBinding();
        if (descriptor < 0) {
            throw new IllegalArgumentException("descriptor < 0: " + descriptor);
        }
        if (loops.backend.forUnixSockets() != IoBackend.EPOLL) {
            throw new UnsupportedOperationException("a server on a descriptor needs epoll or io_uring, and this is "
                    + loops.backend.name().toLowerCase(Locale.ROOT));
        }
        try {
            Loops epoll = loops.forUnixSockets();
            ServerChannel channel = InheritedSocket.channelOver(descriptor);
            try {
                return on(AdoptedListener.of(channel, epoll), handler, options);
            } catch (IOException | RuntimeException e) {
                InheritedSocket.giveUp(descriptor, channel);
                throw e;
            }
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<StreamServer> on(
            AdoptedListener adopted, ConnectionHandler handler, ServerOptions options) {
        if (adopted.unixAddress() != null) {
            options.requireNoneOfTcp();
        }
        adopted.claim();
        CompletableFuture<StreamServer> started = new ServerStart(loops, adopted.on(), limits, handler, options)
                .run(() -> CompletableFuture.completedFuture(listening -> listening.adopt(adopted)));
        started.whenComplete((server, failure) -> {
            if (failure != null) {
                AdoptedListener.close(adopted.channel());
            }
        });
        return started;
    }
}
