package dev.nettystreams.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** The failure of a stage, by whichever stage reports it. */
class StageFailuresTest {
    private final IOException failure = new IOException("failure");
    private final CompletableFuture<String> failed = CompletableFuture.failedFuture(failure);

    @Test
    void ofTheStageItself_isItsFailure() {
        assertThat(reported(failed)).isSameAs(failure);
    }

    @Test
    void ofADerivedStage_isTheFailureOfTheFirst() {
        assertThat(reported(failed.thenApply(String::trim).thenApply(String::trim)))
                .isSameAs(failure);
    }

    @Test
    void withoutACause_isTheExceptionItself() {
        CompletionException bare = new CompletionException("bare", null);
        assertThat(StageFailures.unwrapped(bare)).isSameAs(bare);
    }

    private static Throwable reported(CompletableFuture<String> stage) {
        return stage.handle((value, e) -> StageFailures.unwrapped(e)).join();
    }
}
