package dev.nettystreams.demos;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.TlsUpgrade;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A dialogue with a client of a proxy, which sends a PROXY header first.
 *
 * <pre>
 *   HEADER --> HANDSHAKE (if TLS comes first) --> the dialogue itself, which is told the client's address
 * </pre>
 */
public final class BehindProxy implements Dialogue {
    private static final int HEADER_TIMEOUT_SECONDS = 5;
    private static final byte[] DONE = {};

    private final StreamReader reader;
    private final StreamWriter writer;
    private final @Nullable TlsUpgrade tls;
    private final Function<ProxyHeader, Dialogue> dialogues;

    private @Nullable ProxyHeader header;
    private boolean isSecured;
    private @Nullable Dialogue dialogue;

    /**
     * Creates a dialogue that begins with the header.
     *
     * @param reader the bytes that the proxy sends
     * @param writer takes the bytes for the proxy
     * @param tls the upgrade to make behind the header, or null
     * @param dialogues creates the dialogue itself
     */
    public BehindProxy(
            StreamReader reader,
            StreamWriter writer,
            @Nullable TlsUpgrade tls,
            Function<ProxyHeader, Dialogue> dialogues) {
        this.reader = reader;
        this.writer = writer;
        this.tls = tls;
        this.dialogues = dialogues;
        isSecured = tls == null;
    }

    @Override
    public CompletableFuture<byte[]> read() {
        if (dialogue != null) {
            return dialogue.read();
        }
        if (header == null) {
            return ProxyHeader.read(reader, ProxyHeader.of(writer))
                    .orTimeout(HEADER_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .thenApply(read -> {
                        header = read;
                        return DONE;
                    });
        }
        return writer.startTls(Objects.requireNonNull(tls)).thenApply(session -> DONE);
    }

    @Override
    public Then accept(byte[] input) {
        if (dialogue != null) {
            return dialogue.accept(input);
        }
        ProxyHeader client = Objects.requireNonNull(header);
        if (isSecured) {
            dialogue = dialogues.apply(client);
        } else if (writer.tlsSession() != null) {
            isSecured = true;
            dialogue = dialogues.apply(client);
        }
        return Then.READ_ON;
    }

    @Override
    public boolean isWaitingForPeer() {
        return dialogue != null && dialogue.isWaitingForPeer();
    }

    @Override
    public Then idle(Duration timeout) {
        return dialogue != null ? dialogue.idle(timeout) : Then.END;
    }

    @Override
    public Duration drainTimeout() {
        return dialogue != null ? dialogue.drainTimeout() : Dialogue.super.drainTimeout();
    }

    /** Aborts a connection without a header: it did not come from the proxy. */
    @Override
    public CompletionStage<?> failed(Throwable failure) {
        if (dialogue != null) {
            return dialogue.failed(failure);
        }
        writer.abort();
        return CompletableFuture.failedFuture(
                failure instanceof TimeoutException
                        ? new IOException("no PROXY header within " + HEADER_TIMEOUT_SECONDS + " s", failure)
                        : failure);
    }
}
