package dev.nettystreams.testing;

import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits and compares for the checks. An unexpected result, or a wait that takes too long, throws
 * {@link AssertionError}.
 */
final class Expect {
    static final int DEADLINE_SECONDS = 30;

    private Expect() {}

    static <T extends @Nullable Object> T value(CompletableFuture<T> future) throws InterruptedException {
        try {
            return future.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | CancellationException e) {
            throw new AssertionError("failed instead of completing", e);
        } catch (TimeoutException e) {
            throw tooLate(future);
        }
    }

    static <X extends Throwable> X failure(Class<X> expected, CompletableFuture<?> future) throws InterruptedException {
        try {
            throw new AssertionError("expected " + expected.getSimpleName() + ", completed with "
                    + future.get(DEADLINE_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return typed(expected, e.getCause());
        } catch (CancellationException e) {
            return typed(expected, e);
        } catch (TimeoutException e) {
            throw tooLate(future);
        }
    }

    /** Waits until a future has completed, normally or not. */
    static void settled(CompletableFuture<?> future) throws InterruptedException {
        value(future.handle((value, failure) -> true));
    }

    static <X extends Throwable> X thrown(Class<X> expected, Runnable call) {
        try {
            call.run();
        } catch (Throwable e) {
            return typed(expected, e);
        }
        throw new AssertionError("expected " + expected.getSimpleName() + ", nothing was thrown");
    }

    /** Calls a method that must throw, rather than return a future that fails. */
    static <X extends Throwable> X refused(Class<X> expected, Supplier<CompletableFuture<?>> call) {
        CompletableFuture<?> given;
        try {
            given = call.get();
        } catch (Throwable e) {
            return typed(expected, e);
        }
        throw new AssertionError("expected " + expected.getSimpleName() + " at the call, got " + given);
    }

    static void that(boolean isTrue, String claim) {
        if (!isTrue) {
            throw new AssertionError("not true: " + claim);
        }
    }

    static void equal(Object expected, Object actual, String what) {
        if (!expected.equals(actual)) {
            throw new AssertionError(what + ": expected " + expected + ", found " + actual);
        }
    }

    static void bytes(byte[] expected, byte[] actual) {
        int at = Arrays.mismatch(expected, actual);
        if (at >= 0) {
            throw new AssertionError("bytes differ from index " + at + ": expected " + expected.length
                    + " bytes, found " + actual.length);
        }
    }

    private static <X extends Throwable> X typed(Class<X> expected, @Nullable Throwable actual) {
        if (!expected.isInstance(actual)) {
            throw new AssertionError("expected " + expected.getSimpleName() + ", found " + actual, actual);
        }
        return expected.cast(actual);
    }

    private static AssertionError tooLate(CompletableFuture<?> future) {
        return new AssertionError("still waiting after " + DEADLINE_SECONDS + " s: " + future);
    }
}
