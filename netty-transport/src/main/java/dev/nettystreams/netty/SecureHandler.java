package dev.nettystreams.netty;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.TlsUpgrade;
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
        Secured over = new Secured();
        over.goOnWith(connection.writer().startTls(tls)).whenComplete((session, failure) -> {
            if (failure != null) {
                over.completeExceptionally(failure);
                return;
            }
            try {
                over.goOnWith(handler.start(connection)).whenComplete((any, reason) -> over.end(reason));
            } catch (Throwable e) { // any exception of the handler is its outcome
                over.completeExceptionally(e);
            }
        });
        return over;
    }

    /** Two stages, one after the other. Cancelling this future cancels the current stage, whose end completes it. */
    private static final class Secured extends CompletableFuture<@Nullable Object> {
        private volatile @Nullable CompletableFuture<?> underWay;
        private volatile boolean isCancelRequested;

        <T> CompletionStage<T> goOnWith(CompletionStage<T> next) {
            underWay = next.toCompletableFuture();
            if (isCancelRequested) {
                cancel(true);
            }
            return next;
        }

        void end(@Nullable Throwable failure) {
            if (failure == null) {
                complete(null);
            } else {
                completeExceptionally(failure);
            }
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            isCancelRequested = true;
            CompletableFuture<?> stage = underWay;
            return stage != null && stage.cancel(mayInterruptIfRunning);
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CompletableFuture<>();
        }
    }
}
