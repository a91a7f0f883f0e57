package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.spi.StageFailures;
import java.util.concurrent.CompletableFuture;

/** Outcomes of futures that must be done: on a manual loop, waiting would never help. */
final class Outcomes {
    private Outcomes() {}

    static <T> T value(CompletableFuture<T> future) {
        assertThat(future).isCompleted();
        return future.join();
    }

    static int number(CompletableFuture<Integer> future) {
        return value(future);
    }

    static String text(CompletableFuture<byte[]> future) {
        return Latin1.text(value(future));
    }

    static <X extends Throwable> X failure(Class<X> type, CompletableFuture<?> future) {
        assertThat(future).isCompletedExceptionally();
        Throwable failure =
                StageFailures.unwrapped(future.handle((value, e) -> e).join());
        assertThat(failure).isInstanceOf(type);
        return type.cast(failure);
    }
}
