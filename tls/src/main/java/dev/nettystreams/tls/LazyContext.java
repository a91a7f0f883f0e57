package dev.nettystreams.tls;

import io.netty.handler.ssl.SslContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A context that is made when the first connection needs it, or its server starts, and shared by all: sessions are resumed within one context.
 *
 * <p>Any thread.
 */
final class LazyContext {
    /** What makes it; its failures are told to those that needed it, and it is tried again for the next. */
    @FunctionalInterface
    interface Source {
        SslContext make() throws SSLException;
    }

    private final Source source;
    private final AtomicReference<@Nullable CompletableFuture<HandshakeFirst>> making = new AtomicReference<>();

    LazyContext(Source source) {
        this.source = source;
    }

    /** One that somebody has made already. */
    LazyContext(SslContext given) {
        this(() -> given);
        making.set(CompletableFuture.completedFuture(new HandshakeFirst(given)));
    }

    /**
     * Begins to make it, on a thread of its own, if nobody has: files are read, and engines loaded.
     *
     * @return fails with what the source throws
     */
    CompletableFuture<HandshakeFirst> prepare() {
        CompletableFuture<HandshakeFirst> promise = new CompletableFuture<>();
        while (!making.compareAndSet(null, promise)) {
            CompletableFuture<HandshakeFirst> others = making.get();
            if (others != null) {
                return others;
            }
        }
        Thread maker = new Thread(() -> make(promise), "netty-streams-tls-context");
        maker.setDaemon(true);
        try {
            maker.start();
        } catch (Throwable e) { // there may be no thread: nobody else would complete it, for this call and all later
            making.set(null);
            promise.completeExceptionally(e);
        }
        return promise;
    }

    private void make(CompletableFuture<HandshakeFirst> promise) {
        try {
            promise.complete(new HandshakeFirst(source.make()));
        } catch (Throwable e) { // whatever went wrong is for those who need it to know
            making.set(null);
            promise.completeExceptionally(e);
        }
    }

    /** The context; waits for it only where nobody has prepared it. */
    HandshakeFirst get() throws SSLException {
        try {
            return prepare().join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            throw cause instanceof SSLException reason ? reason : new SSLException(cause);
        }
    }
}
