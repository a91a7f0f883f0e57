package dev.nettystreams;

import static dev.nettystreams.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link Await#threadFactory}: threads of the caller's kind, for all code that takes a factory. */
@Timeout(30)
class ThreadFactoryTest {
    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void executor_runsItsTasksBesideTheCaller_andTheyAwait(ThreadKind kind) throws Exception {
        List<String> lines = kind.run(pair -> {
            ExecutorService executor = Executors.newFixedThreadPool(2, Await.threadFactory());
            try {
                Future<byte[]> first =
                        executor.submit(() -> await(pair.near().reader().readLine()));
                Future<byte[]> second =
                        executor.submit(() -> await(pair.far().reader().readLine()));
                pair.near().writer().write(Latin1.bytes("there\n"));
                pair.far().writer().write(Latin1.bytes("here\n"));
                return List.of(text(first.get()), text(second.get()));
            } finally {
                executor.shutdown();
            }
        });
        assertThat(lines).containsExactly("here\n", "there\n");
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void thread_isOfTheCallersKind(ThreadKind kind) throws Exception {
        kind.run(pair -> {
            CompletableFuture<HandlerThreads> ofMade = new CompletableFuture<>();
            Thread made = Await.threadFactory().newThread(() -> ofMade.complete(HandlerThreads.ofCaller()));
            made.start();
            assertThat(made.isDaemon()).isTrue();
            assertThat(await(ofMade)).isEqualTo(HandlerThreads.ofCaller());
            return null;
        });
    }

    /** As {@code shutdownNow} of a pool does. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void interrupt_endsAnAwait_whichConsumesNoBytes(ThreadKind kind) throws Exception {
        String left = kind.run(pair -> {
            CompletableFuture<Throwable> end = new CompletableFuture<>();
            CountDownLatch begun = new CountDownLatch(1);
            Thread made = Await.threadFactory().newThread(() -> {
                try {
                    begun.countDown();
                    await(pair.near().reader().readLine());
                } catch (Exception e) {
                    end.complete(e);
                }
            });
            made.start();
            begun.await();
            made.interrupt();
            assertThat(await(end)).isInstanceOf(InterruptedException.class);
            pair.far().writer().write(Latin1.bytes("kept\n"));
            return text(await(pair.near().reader().readLine()));
        });
        assertThat(left).isEqualTo("kept\n");
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void withTimeout_worksOnSuchAThread(ThreadKind kind) throws Exception {
        kind.run(pair -> {
            CompletableFuture<Throwable> end = new CompletableFuture<>();
            Await.threadFactory()
                    .newThread(() -> {
                        try {
                            Await.withTimeout(
                                    Duration.ofMillis(10),
                                    () -> await(pair.near().reader().readLine()));
                        } catch (Exception e) {
                            end.complete(e);
                        }
                    })
                    .start();
            assertThat(await(end)).isInstanceOf(TimeoutException.class);
            return null;
        });
    }

    /** A pool creates its threads on the thread that submits work. */
    @Test
    void factoryOfATask_makesThreadsOnItsLoop_whoeverAsks() throws Exception {
        assumeThat(Await.isOnEventLoopAvailable()).as("await on the event loop").isTrue();
        try (BackgroundLoop loop = new BackgroundLoop()) {
            MemoryPair pair = MemoryStreams.pair(loop);
            ThreadFactory factory =
                    Await.onEventLoop(pair.near(), Await::threadFactory).get(20, TimeUnit.SECONDS);
            CompletableFuture<Thread> carrier = new CompletableFuture<>();
            CompletableFuture<String> line = new CompletableFuture<>();
            factory.newThread(() -> {
                        try {
                            pair.near().writer().write(new byte[1]); // the loop's own would be refused to wait below
                            line.complete(text(await(pair.near().reader().readLine())));
                            carrier.complete(Thread.currentThread());
                        } catch (Exception e) {
                            line.completeExceptionally(e);
                        }
                    })
                    .start();
            pair.far().writer().write(Latin1.bytes("one\n"));
            assertThat(line.get(20, TimeUnit.SECONDS)).isEqualTo("one\n");
            assertThat(carrier.get(20, TimeUnit.SECONDS).getName()).startsWith("netty-streams-task-");
        }
    }

    @Test
    void threadOnALoopTurnedByHand_runsInItsTurns() {
        assumeThat(Await.isOnEventLoopAvailable()).as("await on the event loop").isTrue();
        ManualLoop loop = new ManualLoop();
        CompletableFuture<ThreadFactory> factory =
                Await.onEventLoop(MemoryStreams.pair(loop).near(), Await::threadFactory);
        loop.runReady();
        CompletableFuture<Boolean> ran = new CompletableFuture<>();
        Outcomes.value(factory).newThread(() -> ran.complete(loop.isCurrent())).start();
        assertThat(ran).isNotDone();
        loop.runReady();
        assertThat(Outcomes.value(ran)).as("the loop's own thread").isFalse();
    }

    @Test
    void threadFactory_onALoopsOwnThread_isRefused() throws Exception {
        try (BackgroundLoop loop = new BackgroundLoop()) {
            MemoryStreams.pair(loop);
            CompletableFuture<ThreadFactory> made = new CompletableFuture<>();
            loop.execute(() -> {
                try {
                    made.complete(Await.threadFactory());
                } catch (IllegalStateException e) {
                    made.completeExceptionally(e);
                }
            });
            assertThatThrownBy(() -> made.get(20, TimeUnit.SECONDS))
                    .hasMessageContaining("threadFactory() called on an event loop's own thread");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void newThread_withoutATask_isRefusedAtOnce(ThreadKind kind) throws Exception {
        kind.run(pair -> {
            ThreadFactory factory = Await.threadFactory();
            assertThatThrownBy(() -> factory.newThread(null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("task");
            return null;
        });
    }
}
