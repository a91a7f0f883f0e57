package dev.nettystreams;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
class Claimable<T> extends StreamFuture<T> {
    private static final VarHandle CLAIMED;
    private static final VarHandle WAITER;

    static {
        try {
            CLAIMED = MethodHandles.lookup().findVarHandle(Claimable.class, "isClaimed", boolean.class);
            WAITER = MethodHandles.lookup().findVarHandle(Claimable.class, "waiter", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile boolean isClaimed;

    /** Who is parked until this is done. */
    private volatile @Nullable Thread waiter;

    /** Decides the race: true for the one who may settle this future. */
    final boolean claim() {
        return !isClaimed && CLAIMED.compareAndSet(this, false, true);
    }

    /** For the loop, after its claim. */
    final void succeed(T result) {
        super.complete(result);
        wake();
    }

    /** For the loop, after its claim. */
    final void fail(Throwable reason) {
        super.completeExceptionally(reason);
        wake();
    }

    /**
     * Parks the caller until this is done; what {@code get} does, without an object for it. One thread at a time: a second one is told to
     * wait otherwise. Either the waiter sees that this is done, or whoever has done it sees the waiter.
     *
     * @return whether this is done now
     */
    final boolean park() throws InterruptedException {
        if (!WAITER.compareAndSet(this, null, Thread.currentThread())) {
            return false;
        }
        try {
            while (!isDone()) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                LockSupport.park(this);
            }
            return true;
        } finally {
            WAITER.setRelease(this, null); // who reads it late wakes somebody for nothing
        }
    }

    private boolean wake() {
        Thread waiting = waiter;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
        return true;
    }

    @Override
    public final boolean complete(T value) {
        return claim() && super.complete(value) && wake();
    }

    @Override
    public final boolean completeExceptionally(Throwable reason) {
        Objects.requireNonNull(reason);
        return claim() && super.completeExceptionally(reason) && wake();
    }

    @Override
    public final boolean cancel(boolean mayInterruptIfRunning) {
        return claim() ? super.cancel(mayInterruptIfRunning) && wake() : isCancelled();
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
}
