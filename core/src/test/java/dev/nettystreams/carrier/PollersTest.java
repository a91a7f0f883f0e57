package dev.nettystreams.carrier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An action that fails, or pollers that cannot be made, keep no later action waiting. */
@Timeout(20)
class PollersTest {
    private final CompletableFuture<Throwable> reported = new CompletableFuture<>();
    private final Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();

    @AfterEach
    void restore() {
        Thread.setDefaultUncaughtExceptionHandler(before);
    }

    @Test
    void actionThatFails_isReported_andTheNextOnesRun() throws Exception {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> reported.complete(failure));
        Error failure = new AssertionError("of an action");
        CompletableFuture<Void> creation = new CompletableFuture<>();
        CompletableFuture<String> ran = new CompletableFuture<>();
        Pollers pollers = new Pollers(creation::join);
        pollers.afterCreation(() -> {
            throw failure;
        });
        pollers.afterCreation(() -> ran.complete(Thread.currentThread().getName()));
        pollers.start();
        assertThat(pollers.haveBeenMade()).isFalse();
        assertThat(ran).isNotDone();
        creation.complete(null);
        assertThat(ran.get(20, TimeUnit.SECONDS)).isEqualTo("netty-streams-pollers");
        assertThat(reported.get(20, TimeUnit.SECONDS)).isSameAs(failure);
    }

    @Test
    void pollersThatCannotBeMade_areReported_andTheActionsRun() throws Exception {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> reported.complete(failure));
        Error failure = new OutOfMemoryError("unable to create native thread");
        CompletableFuture<Boolean> ran = new CompletableFuture<>();
        Pollers pollers = new Pollers(() -> {
            throw failure;
        });
        pollers.afterCreation(() -> ran.complete(true));
        pollers.start();
        assertThat(ran.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(reported.get(20, TimeUnit.SECONDS)).isSameAs(failure);
    }
}
