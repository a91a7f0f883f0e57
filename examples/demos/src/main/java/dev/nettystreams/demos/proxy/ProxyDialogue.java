package dev.nettystreams.demos.proxy;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.demos.Dialogue;
import dev.nettystreams.demos.ProxyHeader;
import dev.nettystreams.netty.NettyStreams;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One client of the proxy.
 *
 * <pre>
 *   CONNECTION --> RELAY ---> the end
 *   (header and     both ways until both have ended; a failure of one
 *    TLS first)      ends the other the same way
 * </pre>
 *
 * <p>{@link StreamConnection#relay} has the rules for the ends of the two sides, and owns both.
 */
final class ProxyDialogue implements Dialogue {
    private static final byte[] DONE = {};

    private enum Step {
        CONNECTION,
        RELAY
    }

    private final StreamReader reader;
    private final StreamWriter writer;
    private final ProxyHeader client;
    private final Route route;
    private final NettyStreams streams;
    private final @Nullable Duration idleTimeout;

    private Step step = Step.CONNECTION;
    private @Nullable StreamConnection upstream;

    /** @param idleTimeout for both directions together, or null */
    ProxyDialogue(
            StreamReader reader,
            StreamWriter writer,
            ProxyHeader client,
            Route route,
            NettyStreams streams,
            @Nullable Duration idleTimeout) {
        this.reader = reader;
        this.writer = writer;
        this.client = client;
        this.route = route;
        this.streams = streams;
        this.idleTimeout = idleTimeout;
    }

    @Override
    public CompletableFuture<byte[]> read() {
        return step == Step.CONNECTION ? connect() : relay(Objects.requireNonNull(upstream));
    }

    private CompletableFuture<byte[]> relay(StreamConnection destination) {
        return (idleTimeout == null
                        ? StreamConnection.relay(reader.connection(), destination)
                        : StreamConnection.relay(reader.connection(), destination, idleTimeout))
                .thenApply(counts -> DONE);
    }

    /** The relay watches both directions itself. */
    @Override
    public boolean isWaitingForPeer() {
        return false;
    }

    @Override
    public Then accept(byte[] nothing) {
        if (step == Step.RELAY) {
            return Then.END;
        }
        step = Step.RELAY;
        return Then.READ_ON;
    }

    /** Ends with the client, if that ends first. */
    private CompletableFuture<byte[]> connect() {
        CompletableFuture<byte[]> over = new CompletableFuture<>();
        CompletableFuture<Void> gone = writer.waitClosed();
        CompletableFuture<StreamConnection> opening = route.open(streams, client, writer.tlsSession(), gone);
        opening.whenComplete((connection, failure) -> {
            if (failure != null) {
                over.completeExceptionally(failure);
                return;
            }
            upstream = connection;
            if (!over.complete(DONE)) {
                connection.abort();
            }
        });
        gone.whenComplete((closed, failure) -> over.completeExceptionally(
                failure != null ? failure : new IOException("the client was closed before the connection opened")));
        return over;
    }

    /** Returns the address of this end of the second connection, or null before it is open. */
    @Nullable
    SocketAddress localAddress() {
        return upstream == null ? null : upstream.localAddress();
    }

    /** Aborts the other side, so that it does not take the failure for an orderly end. */
    @Override
    public CompletionStage<?> failed(Throwable failure) {
        writer.abort();
        if (upstream != null) {
            upstream.abort();
        }
        return failure instanceof TimeoutException && step == Step.RELAY
                ? CompletableFuture.completedFuture(null) // --idle-timeout asked for it
                : CompletableFuture.failedFuture(failure);
    }
}
