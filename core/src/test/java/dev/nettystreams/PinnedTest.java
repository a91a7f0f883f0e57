package dev.nettystreams;

import static dev.nettystreams.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Tasks that pin and so park their event loop: each is logged, and no await holds up a loop for good, however it
 * continues.
 */
class PinnedTest {
    private final BackgroundLoop loop = new BackgroundLoop();
    private final MemoryPair pair = MemoryStreams.pair(loop);
    private final StreamReader reader = pair.near().reader();

    @BeforeAll
    static void needsTheOption() {
        assumeThat(Await.isOnEventLoopAvailable()).as("await on the event loop").isTrue();
    }

    @AfterEach
    void stop() {
        loop.close();
    }

    /** Runs pinned code on the loop, then checks that the loop goes on. */
    private <T> T pinned(Callable<T> code) throws Exception {
        try {
            CompletableFuture<T> task = Await.onEventLoop(pair.near(), () -> Pinning.call(code));
            return task.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (TimeoutException e) {
            throw new AssertionError("the loop is held up", e);
        } finally {
            assertThat(Await.onEventLoop(pair.near(), () -> "goes on").get(20, TimeUnit.SECONDS))
                    .isEqualTo("goes on");
        }
    }

    @Test
    void await_fails_andSaysWhatPins() {
        assertAwaitFails();
    }

    private void assertAwaitFails() {
        assertThatThrownBy(() -> pinned(() -> await(reader.readLine())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("await() held up its event loop")
                .hasMessageContaining("the initializer of " + Pinning.Initializer.class.getName())
                .hasCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void awaitBehindOneThatHasFailed_failsToo() {
        assertThatThrownBy(() -> pinned(() -> {
                    try {
                        return await(reader.readLine());
                    } finally {
                        pair.near().close();
                        await(pair.near().writer().waitClosed());
                    }
                }))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void groupsEnd_failsToo() {
        assertThatThrownBy(() -> pinned(() -> {
                    try (TaskGroup group = new TaskGroup()) {
                        CompletableFuture<byte[]> line = group.start(() -> await(reader.readLine()));
                        group.join();
                        return line;
                    }
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a TaskGroup's end held up its event loop");
    }

    @Test
    void awaitOnAThreadThatATaskHasMade_failsToo() throws Exception {
        CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        Await.onEventLoop(
                        pair.near(),
                        () -> HandlerThreads.VIRTUAL
                                .newThread(() -> {
                                    try {
                                        outcome.completeExceptionally(
                                                new AssertionError(Pinning.call(() -> await(reader.readLine()))));
                                    } catch (Exception e) {
                                        outcome.complete(e);
                                    }
                                })
                                .start())
                .get(20, TimeUnit.SECONDS);
        assertThat(outcome.get(20, TimeUnit.SECONDS)).isInstanceOf(IllegalStateException.class);
    }

    /** The timer of the deadline belongs to the loop. */
    @Test
    void deadline_endsAWaitOfAnotherKind() {
        assertThatThrownBy(() -> pinned(() -> Await.withTimeout(Duration.ofMillis(20), () -> {
                    new Semaphore(0).acquire();
                    return null;
                })))
                .isInstanceOf(TimeoutException.class);
    }

    @Test
    void waitOfAnotherKind_isReported_andNotInterrupted() throws Exception {
        CountDownLatch reported = new CountDownLatch(1);
        boolean isReported =
                logging(record -> reported.countDown(), () -> pinned(() -> reported.await(20, TimeUnit.SECONDS)));
        assertThat(isReported).isTrue();
    }

    @Test
    void logThatCannotBeWritten_endsNoWatch() throws Exception {
        CountDownLatch tried = new CountDownLatch(1);
        boolean isTried = logging(
                record -> {
                    tried.countDown();
                    throw new IllegalArgumentException("the disk is full");
                },
                () -> pinned(() -> tried.await(20, TimeUnit.SECONDS)));
        assertThat(isTried).isTrue();
        assertAwaitFails();
    }

    private static <T> T logging(Consumer<LogRecord> log, Callable<T> code) throws Exception {
        HeldUpReports reports = new HeldUpReports(log);
        try {
            return code.call();
        } finally {
            reports.close();
        }
    }
}
