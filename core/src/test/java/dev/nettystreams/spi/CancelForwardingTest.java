package dev.nettystreams.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The cancellation of several stages reaches the one under way, whenever it comes. */
class CancelForwardingTest {
    private final CancelForwarding cancellation = new CancelForwarding();

    private final CompletableFuture<String> first = new CompletableFuture<>();
    private final CompletableFuture<String> second = new CompletableFuture<>();

    @Test
    void cancel_duringAStage_cancelsIt() {
        assertThat(cancellation.to(first)).isSameAs(first);
        assertThat(cancellation.cancel(false)).isTrue();
        assertThat(first).isCancelled();
    }

    @Test
    void cancel_afterAStage_leavesItAlone() {
        first.complete("done");
        assertThat(cancellation.to(first)).isCompletedWithValue("done");
        assertThat(cancellation.cancel(false)).isFalse();
        assertThat(first).isCompletedWithValue("done");
    }

    @Test
    void cancel_betweenTwoStages_cancelsTheSecondWhenItBegins() {
        first.complete("done");
        assertThat(cancellation.to(first)).isCompleted();
        assertThat(cancellation.cancel(false)).isFalse();
        assertThat(cancellation.to(second)).isCancelled();
    }

    @Test
    void cancel_beforeTheFirstStage_cancelsItWhenItBegins() {
        assertThat(cancellation.cancel(false)).isFalse();
        assertThat(cancellation.to(first)).isCancelled();
    }

    @Test
    void cancel_duringTheSecondStage_isNotForTheFirst() {
        assertThat(cancellation.to(first)).isNotDone();
        assertThat(cancellation.to(second)).isNotDone();
        assertThat(cancellation.cancel(false)).isTrue();
        assertThat(second).isCancelled();
        assertThat(first).isNotDone();
    }
}
