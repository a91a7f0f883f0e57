package dev.nettystreams;

import dev.nettystreams.spi.Transport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A substitute for TLS whose handshake the test controls. */
final class ToyTls implements TlsUpgrade {
    static final TlsSession SESSION =
            new TlsSession("TLSv1.3", "TLS_AES_128_GCM_SHA256", null, "host", List.of(), false);

    final LeftoverPolicy policy;
    final CompletableFuture<TlsSession> handshake = new CompletableFuture<>();
    CompletableFuture<Void> prepared = CompletableFuture.completedFuture(null);
    byte[] leftover;
    int prepareCount;

    ToyTls(LeftoverPolicy policy) {
        this.policy = policy;
    }

    @Override
    public LeftoverPolicy leftoverPolicy() {
        return policy;
    }

    @Override
    public Duration handshakeTimeout() {
        return Duration.ofSeconds(60);
    }

    @Override
    public CompletionStage<?> prepare() {
        prepareCount++;
        return prepared;
    }

    @Override
    public CompletionStage<TlsSession> apply(Transport transport, byte[] unread) {
        leftover = unread;
        return handshake;
    }
}
