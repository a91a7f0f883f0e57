package dev.nettystreams.netty;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.spi.StageFailures;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One start of a server.
 *
 * <pre>
 *   names are looked up, TLS is prepared     may take any time, and blocks no thread that others need
 *     |
 *   the sockets are opened                   on a thread that may block, for a short time
 *     |
 *   the server serves                        its future completes on an event loop
 * </pre>
 *
 * A failure in any step fails the future and leaves no socket open.
 */
final class ServerStart {
    /** Opens the sockets of a server whose addresses are known. */
    @FunctionalInterface
    interface Sockets {
        void open(Listening listening) throws IOException;
    }

    private final Loops owner;
    private final Loops on;
    private final StreamLimits limits;
    private final ConnectionHandler handler;
    private final ServerOptions options;
    private final EventLoop loop;
    private final CompletableFuture<StreamServer> started = new CompletableFuture<>();

    /**
     * @param owner the loops whose close also closes the server
     * @param on the loops that the server runs on, which differ for Unix sockets with io_uring
     */
    ServerStart(Loops owner, Loops on, StreamLimits limits, ConnectionHandler handler, ServerOptions options) {
        this.owner = owner;
        this.on = on;
        this.limits = limits;
        this.handler = handler;
        this.options = options;
        this.loop = on.group.next();
    }

    /** @param sockets called unless the streams are closed */
    CompletableFuture<StreamServer> run(Supplier<CompletableFuture<Sockets>> sockets) {
        owner.addOpening(started);
        if (!started.isDone()) {
            sockets.get()
                    .thenCombine(prepared(options.tls()), (known, ready) -> known)
                    .whenComplete(this::listen);
        }
        return started;
    }

    private static CompletionStage<?> prepared(@Nullable TlsUpgrade tls) {
        try {
            return tls == null ? CompletableFuture.completedFuture(null) : tls.prepare();
        } catch (Throwable e) { // any failure must reach the caller
            return CompletableFuture.failedFuture(e);
        }
    }

    private void listen(@Nullable Sockets known, @Nullable Throwable failure) {
        if (failure != null) {
            BlockingThreads.complete(loop, () -> started.completeExceptionally(StageFailures.unwrapped(failure)));
            return;
        }
        Sockets sockets = Objects.requireNonNull(known, "sockets");
        BlockingThreads.run(loop, started, () -> {
            StreamServer server = new StreamServer(on.group, limits, handler, options, owner.connections);
            sockets.open(new Listening(on.group, server, options));
            owner.addServer(server);
            if (options.startServing() && !server.startUnlessClosed()) {
                throw new IOException("the server was closed while it started: the event loops have been shut down");
            }
            return () -> {
                if (!started.complete(server)) {
                    server.close();
                }
            };
        });
    }
}
