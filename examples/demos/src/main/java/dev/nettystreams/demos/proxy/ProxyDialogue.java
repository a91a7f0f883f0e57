package dev.nettystreams.demos.proxy;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.demos.Dialogue;
import dev.nettystreams.netty.NettyStreams;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One client of the proxy.
 *
 * <pre>
 *   HEADER --> HANDSHAKE --> CONNECTION --> RELAY ---> the end
 *   (if one     (if there     (header and    both ways until both have ended; a failure of one
 *   is due)     is a           TLS first)     ends the other the same way
 *               certificate)
 * </pre>
 *
 * <p>Bytes after the header in its segment start the handshake or the relayed data: none is lost.
 *
 * <p>{@link StreamConnection#relay} has the rules for the ends of the two sides, and owns both.
 */
final class ProxyDialogue implements Dialogue {
    private static final int HEADER_TIMEOUT_SECONDS = 5;
    private static final byte[] DONE = {};

    private enum Step {
        HEADER,
        HANDSHAKE,
        CONNECTION,
        RELAY
    }

    private final StreamReader reader;
    private final StreamWriter writer;
    private final @Nullable TlsUpgrade tls;
    private final Route route;
    private final NettyStreams streams;

    private Step step;
    private ProxyHeader who;
    private @Nullable StreamConnection upstream;

    ProxyDialogue(
            StreamReader reader,
            StreamWriter writer,
            boolean acceptsHeader,
            @Nullable TlsUpgrade tls,
            Route route,
            NettyStreams streams) {
        this.reader = reader;
        this.writer = writer;
        this.tls = tls;
        this.route = route;
        this.streams = streams;
        who = ProxyHeader.of(writer);
        step = acceptsHeader ? Step.HEADER : afterHeader();
    }

    private Step afterHeader() {
        return tls != null ? Step.HANDSHAKE : Step.CONNECTION;
    }

    @Override
    public CompletableFuture<byte[]> read() {
        return switch (step) {
            case HEADER ->
                ProxyHeader.read(reader, who)
                        .orTimeout(HEADER_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .thenAccept(header -> who = header)
                        .thenApply(over -> DONE);
            case HANDSHAKE -> writer.startTls(Objects.requireNonNull(tls)).thenApply(session -> DONE);
            case CONNECTION -> connect();
            case RELAY ->
                StreamConnection.relay(reader.connection(), Objects.requireNonNull(upstream))
                        .thenApply(counts -> DONE);
        };
    }

    @Override
    public Then accept(byte[] nothing) {
        switch (step) {
            case HEADER -> step = afterHeader();
            case HANDSHAKE -> step = Step.CONNECTION;
            case CONNECTION -> step = Step.RELAY;
            case RELAY -> {
                return Then.END;
            }
        }
        return Then.READ_ON;
    }

    /** Ends with the client, if that ends first. */
    private CompletableFuture<byte[]> connect() {
        CompletableFuture<byte[]> over = new CompletableFuture<>();
        CompletableFuture<Void> gone = writer.waitClosed();
        CompletableFuture<StreamConnection> opening = route.open(streams, who, writer.tlsSession(), gone);
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

    /** Aborts the other side, so that it does not take the failure for an orderly end. */
    @Override
    public CompletionStage<?> failed(Throwable failure) {
        writer.abort();
        if (upstream != null) {
            upstream.abort();
        }
        return CompletableFuture.failedFuture(
                failure instanceof TimeoutException && step == Step.HEADER
                        ? new IOException("no PROXY header within " + HEADER_TIMEOUT_SECONDS + " s", failure)
                        : failure);
    }
}
