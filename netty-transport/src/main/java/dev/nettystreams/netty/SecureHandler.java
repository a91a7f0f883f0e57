package dev.nettystreams.netty;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.spi.CancelForwarding;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A handler whose connection uses TLS from the first byte: it starts with {@code startTls}. A failure of the handshake
 * is the handler's failure and is reported as such.
 */
record SecureHandler(TlsUpgrade tls, ConnectionHandler handler) implements ConnectionHandler {
    @Override
    public void handle(StreamReader reader, StreamWriter writer) throws Exception {
        handler.handle(reader, writer);
    }

    @Override
    public CompletionStage<?> start(StreamConnection connection) {
        CancelForwarding cancellation = new CancelForwarding();
        CompletableFuture<@Nullable Object> over = new CompletableFuture<@Nullable Object>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                return cancellation.cancel(mayInterruptIfRunning);
            }

            @Override
            public <U> CompletableFuture<U> newIncompleteFuture() {
                return new CompletableFuture<>();
            }
        };
        cancellation.to(connection.writer().startTls(tls)).whenComplete((session, failure) -> {
            if (failure != null) {
                over.completeExceptionally(failure);
                return;
            }
            try {
                cancellation.to(handler.start(connection)).whenComplete((any, reason) -> end(over, reason));
            } catch (Throwable e) { // any exception of the handler is its outcome
                over.completeExceptionally(e);
            }
        });
        return over;
    }

    private static void end(CompletableFuture<@Nullable Object> over, @Nullable Throwable failure) {
        if (failure == null) {
            over.complete(null);
        } else {
            over.completeExceptionally(failure);
        }
    }
}
