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
 * A future that either the loop or its holder may complete. The winner is decided <em>before</em> any byte moves.
 *
 * <pre>
 *            claim (the loop)  --> bytes move --> succeed, fail
 *   WAITING <
 *            complete, cancel, a timeout (the holder)
 * </pre>
 *
 * <p>With an ordinary future the winner is known only when the future completes. By then the bytes have left the queue,
 * perhaps for the holder's own buffer, and would have to be put back. Here the loop claims the future first: a later
 * completion by the holder has no effect, and if the holder was faster, no byte has moved. Between claim and result,
 * {@code cancel} returns false.
 *
 * <p>Any thread.
 */
class Claimable<T extends @Nullable Object> extends StreamFuture<T> {
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

    /** The thread that is parked until this future is done. */
    private volatile @Nullable Thread waiter;

    /** Decides the race; returns true for the one party that may complete this future. */
    final boolean claim() {
        return !isClaimed && CLAIMED.compareAndSet(this, false, true);
    }

    /** Returns whether someone has won. Once true, it stays true. */
    final boolean isClaimed() {
        return isClaimed;
    }

    /** Called on the holder's thread when the holder has won, before the future is done. */
    void calledOff() {}

    private boolean claimByHolder() {
        if (!claim()) {
            return false;
        }
        calledOff();
        return true;
    }

    /** Called by the loop after its claim. */
    final void succeed(T result) {
        super.complete(result);
        wake();
    }

    /** Does the same, and wakes the parked thread together with others. */
    final void succeed(T result, WakeUps wakeUps) {
        super.complete(result);
        Thread waiting = waiter;
        if (waiting != null) {
            wakeUps.add(waiting);
        }
    }

    /** Called by the loop after its claim. */
    final void fail(Throwable reason) {
        super.completeExceptionally(reason);
        wake();
    }

    /**
     * Parks the caller until this future is done, as {@code get} does, but without allocating a node. Only one thread
     * at a time can park here; for a second one this method returns false. Either the waiter sees that the future is
     * done, or the completing thread sees the waiter.
     *
     * @return whether the future is done
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
            WAITER.setRelease(this, null); // a late reader causes a spurious wake-up
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
        return claimByHolder() && super.complete(value) && wake();
    }

    @Override
    public final boolean completeExceptionally(Throwable reason) {
        Objects.requireNonNull(reason);
        return claimByHolder() && super.completeExceptionally(reason) && wake();
    }

    @Override
    public final boolean cancel(boolean mayInterruptIfRunning) {
        return claimByHolder() ? super.cancel(mayInterruptIfRunning) && wake() : isCancelled();
    }

    @Override
    public final CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
        executor.execute(() -> {
            try {
                complete(supplier.get());
            } catch (Throwable e) { // any exception of the supplier is the outcome
                completeExceptionally(e);
            }
        });
        return this;
    }
}
