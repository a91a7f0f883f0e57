package dev.nettystreams;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * A future that two parties may settle, the loop and its holder, of whom one wins <em>before</em> anything else happens.
 *
 * <pre>
 *            claim (the loop)  --> bytes move --> succeed, fail
 *   WAITING <
 *            complete, cancel, a timeout (the holder)
 * </pre>
 *
 * <p>With an ordinary future the winner is known only when the result is in it, and by then the bytes have left the queue, or are
 * in the holder's own buffer, and would have to be fetched back. Here the loop claims first: what the holder does afterwards
 * is too late, and a holder that was faster has lost nothing. {@code cancel} between claim and result says false.
 *
 * <p>Any thread.
 */
class Claimable<T> extends CompletableFuture<T> {
    private static final VarHandle CLAIMED;

    static {
        try {
            CLAIMED = MethodHandles.lookup().findVarHandle(Claimable.class, "isClaimed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile boolean isClaimed;

    /** Decides the race: true for the one who may settle this future. */
    final boolean claim() {
        return !isClaimed && CLAIMED.compareAndSet(this, false, true);
    }

    /** For the loop, after its claim. */
    final void succeed(T result) {
        super.complete(result);
    }

    /** For the loop, after its claim. */
    final void fail(Throwable reason) {
        super.completeExceptionally(reason);
    }

    @Override
    public final boolean complete(T value) {
        return claim() && super.complete(value);
    }

    @Override
    public final boolean completeExceptionally(Throwable reason) {
        Objects.requireNonNull(reason);
        return claim() && super.completeExceptionally(reason);
    }

    @Override
    public final boolean cancel(boolean mayInterruptIfRunning) {
        return claim() ? super.cancel(mayInterruptIfRunning) : isCancelled();
    }

    @Override
    public final CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
        executor.execute(() -> {
            try {
                complete(supplier.get());
            } catch (Throwable e) { // whatever the supplier throws is its outcome
                completeExceptionally(e);
            }
        });
        return this;
    }

    /** What depends on this is an ordinary future. */
    @Override
    public final <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
