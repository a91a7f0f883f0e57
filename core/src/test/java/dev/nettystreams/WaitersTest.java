package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class WaitersTest {
    private final Waiters waiters = new Waiters();

    @Test
    void cancelledWaiter_isForgotten() {
        CompletableFuture<Void> faithful = new CompletableFuture<>();
        waiters.add(faithful);
        for (int i = 0; i < 1_000; i++) {
            CompletableFuture<Void> waiter = new CompletableFuture<>();
            waiters.add(waiter);
            assertThat(waiter.cancel(false)).isTrue();
        }
        List<CompletableFuture<Void>> released = waiters.release();
        assertThat(released).contains(faithful).hasSizeLessThan(40);
        assertThat(waiters.release()).isEmpty();
    }

    @Test
    void waiterThatIsDoneBefore_isNotAdded() {
        CompletableFuture<Void> waiter = new CompletableFuture<>();
        assertThat(waiter.cancel(false)).isTrue();
        waiters.add(waiter);
        assertThat(waiters.release()).isEmpty();
    }

    @Test
    void cancelledWaiter_isForgotten_alsoAfterManyWereReleased() {
        for (int i = 0; i < 1_000; i++) {
            waiters.add(new CompletableFuture<>());
        }
        assertThat(waiters.release()).hasSize(1_000);
        for (int i = 0; i < 1_000; i++) {
            CompletableFuture<Void> waiter = new CompletableFuture<>();
            waiters.add(waiter);
            assertThat(waiter.cancel(false)).isTrue();
        }
        assertThat(waiters.release()).hasSizeLessThan(40);
    }

    /** A shared exception would collect the frames of both waiters. */
    @Test
    void failedWaiter_hasAnExceptionOfItsOwn() {
        List<CompletableFuture<Void>> two = List.of(new CompletableFuture<>(), new CompletableFuture<>());
        Waiters.fail(two, new Failure.Broken("lost", null));
        assertThat(Outcomes.failure(StreamBrokenException.class, two.get(0)))
                .isNotSameAs(Outcomes.failure(StreamBrokenException.class, two.get(1)));
    }
}
