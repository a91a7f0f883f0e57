package dev.nettystreams.tls;

import io.netty.handler.ssl.SslContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A TLS context that is created when the first connection needs it or its server starts, and then shared by all
 * connections: sessions are resumed only within one context.
 *
 * <p>Any thread.
 */
final class LazyContext {
    /** Creates the context. A failure reaches the callers that wait for the context; the next caller tries again. */
    @FunctionalInterface
    interface Source {
        SslContext make() throws SSLException;
    }

    private final Source source;
    private final AtomicReference<@Nullable CompletableFuture<HandshakeFirstContext>> making = new AtomicReference<>();

    LazyContext(Source source) {
        this.source = source;
    }

    /** A context that exists already. */
    LazyContext(SslContext given) {
        this(() -> given);
        making.set(CompletableFuture.completedFuture(new HandshakeFirstContext(given)));
    }

    /**
     * Starts the creation of the context on a thread of its own, unless it has started: creation reads files and loads
     * an engine.
     *
     * @return fails with the exception of the source
     */
    CompletableFuture<HandshakeFirstContext> prepare() {
        CompletableFuture<HandshakeFirstContext> promise = new CompletableFuture<>();
        while (!making.compareAndSet(null, promise)) {
            CompletableFuture<HandshakeFirstContext> others = making.get();
            if (others != null) {
                return others;
            }
        }
        Thread maker = new Thread(() -> make(promise), "netty-streams-tls-context");
        maker.setDaemon(true);
        try {
            maker.start();
        } catch (Throwable e) { // no thread available: otherwise this future would never complete
            making.set(null);
            promise.completeExceptionally(e);
        }
        return promise;
    }

    private void make(CompletableFuture<HandshakeFirstContext> promise) {
        try {
            promise.complete(new HandshakeFirstContext(source.make()));
        } catch (Throwable e) { // any failure must reach the waiting callers
            making.set(null);
            promise.completeExceptionally(e);
        }
    }

    /** Returns the context; waits for it only if no caller has prepared it. */
    HandshakeFirstContext get() throws SSLException {
        try {
            return prepare().join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            throw cause instanceof SSLException reason ? reason : new SSLException(cause);
        }
    }
}
