package dev.nettystreams;

import static dev.nettystreams.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link TaskGroup} and {@link Await#withTimeout}, the same programs in each of the ways to run them. */
@SuppressWarnings("FutureReturnValueIgnored") // the group sees to its tasks
class TaskGroupTest {
    /** Where a program runs. */
    enum Way {
        ON_THE_LOOP,
        ON_VIRTUAL_THREADS,
        ON_THREADS;

        boolean isAvailable() {
            return switch (this) {
                case ON_THE_LOOP -> Await.isOnEventLoopAvailable();
                case ON_VIRTUAL_THREADS -> HandlerThreads.VIRTUAL.isAvailable();
                case ON_THREADS -> true;
            };
        }

        <T> CompletableFuture<T> start(StreamConnection connection, Callable<T> program) {
            return switch (this) {
                case ON_THE_LOOP -> Await.onEventLoop(connection, program);
                case ON_VIRTUAL_THREADS -> Task.start(HandlerThreads.VIRTUAL, program);
                case ON_THREADS -> Task.start(HandlerThreads.PLATFORM, program);
            };
        }
    }

    static List<Way> ways() {
        return Arrays.stream(Way.values()).filter(Way::isAvailable).toList();
    }

    /** Runs a program to its end, with a connection at hand. */
    @FunctionalInterface
    private interface Program<T> {
        T run(MemoryPair pair) throws Exception;
    }

    private static <T> T run(Way way, Program<T> program) throws Exception {
        try (BackgroundLoop loop = new BackgroundLoop()) {
            MemoryPair pair = MemoryStreams.pair(loop);
            return way.start(pair.near(), () -> program.run(pair)).get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void join_waitsForAll_andTheirResultsAreThere(Way way) throws Exception {
        String both = run(way, pair -> {
            try (TaskGroup group = new TaskGroup()) {
                CompletableFuture<byte[]> near =
                        group.start(() -> await(pair.near().reader().readLine()));
                CompletableFuture<byte[]> far =
                        group.start(() -> await(pair.far().reader().readLine()));
                pair.near().writer().write(Now.bytes("to far\n"));
                pair.far().writer().write(Now.bytes("to near\n"));
                group.join();
                return Now.text(near) + Now.text(far);
            }
        });
        assertThat(both).isEqualTo("to near\nto far\n");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void firstFailure_cancelsTheOthers_andIsThrownByJoin(Way way) throws Exception {
        List<String> said = new ArrayList<>();
        IOException bug = new IOException("first");
        assertThatThrownBy(() -> run(way, pair -> {
                    try (TaskGroup group = new TaskGroup()) {
                        Semaphore isReading = new Semaphore(0);
                        CompletableFuture<byte[]> reading = group.start(() -> {
                            try {
                                isReading.release();
                                return await(pair.near().reader().readLine());
                            } finally {
                                said.add("cleaned up");
                            }
                        });
                        group.start(() -> {
                            isReading.acquire();
                            throw bug;
                        });
                        try {
                            group.join();
                        } finally {
                            said.add("cancelled: " + reading.isCancelled());
                        }
                        return null;
                    }
                }))
                .isSameAs(bug);
        assertThat(said).containsExactly("cleaned up", "cancelled: true");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void furtherFailures_areNotLost(Way way) {
        assertThatThrownBy(() -> run(way, pair -> {
                    try (TaskGroup group = new TaskGroup()) {
                        Semaphore isWaiting = new Semaphore(0);
                        group.start(() -> {
                            try {
                                isWaiting.release();
                                return await(new CompletableFuture<>());
                            } catch (InterruptedException e) {
                                throw new IllegalStateException("second");
                            }
                        });
                        group.start(() -> {
                            isWaiting.acquire();
                            throw new IOException("first");
                        });
                        group.join();
                        return null;
                    }
                }))
                .hasMessage("first")
                .satisfies(
                        failure -> assertThat(failure.getSuppressed()).anyMatch(e -> "second".equals(e.getMessage())));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void close_leavesNothingRunning(Way way) throws Exception {
        AtomicInteger running = new AtomicInteger();
        Semaphore begun = new Semaphore(0);
        run(way, pair -> {
            try (TaskGroup group = new TaskGroup()) {
                for (int i = 0; i < 10; i++) {
                    group.start(() -> {
                        running.incrementAndGet();
                        begun.release();
                        try {
                            return await(new CompletableFuture<>());
                        } finally {
                            running.decrementAndGet();
                        }
                    });
                }
                begun.acquire(10);
            }
            return null;
        });
        assertThat(running).hasValue(0);
    }

    /** Two interrupts that come before it looks are one to a thread. */
    @ParameterizedTest
    @MethodSource("ways")
    void close_reachesATaskThatHasJustBeenInterrupted(Way way) throws Exception {
        Semaphore begun = new Semaphore(0);
        AtomicInteger interrupts = new AtomicInteger();
        run(way, pair -> {
            try (TaskGroup group = new TaskGroup()) {
                CompletableFuture<byte[]> task = group.start(() -> {
                    begun.release();
                    try {
                        return await(new CompletableFuture<>());
                    } catch (InterruptedException e) {
                        interrupts.incrementAndGet();
                        return await(new CompletableFuture<>());
                    }
                });
                begun.acquire();
                task.completeExceptionally(new TimeoutException());
            }
            return null;
        });
        assertThat(interrupts).hasValue(1);
    }

    /** A deadline that its own code holds up. */
    @ParameterizedTest
    @MethodSource("ways")
    void withTimeout_interruptsCodeThatComputes(Way way) {
        assertThatThrownBy(() -> run(
                        way,
                        pair -> Await.withTimeout(Duration.ofMillis(20), () -> {
                            while (!Thread.currentThread().isInterrupted()) {
                                Thread.onSpinWait();
                            }
                            throw new InterruptedException();
                        })))
                .isInstanceOf(TimeoutException.class);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void interruptOfTheJoiner_cancelsAll(Way way) throws Exception {
        AtomicInteger cancelled = new AtomicInteger();
        try (BackgroundLoop loop = new BackgroundLoop()) {
            MemoryPair pair = MemoryStreams.pair(loop);
            CountDownLatch isWaiting = new CountDownLatch(1);
            CompletableFuture<Object> task = way.start(pair.near(), () -> {
                try (TaskGroup group = new TaskGroup()) {
                    group.start(() -> {
                        try {
                            isWaiting.countDown();
                            return await(new CompletableFuture<>());
                        } catch (InterruptedException e) {
                            cancelled.incrementAndGet();
                            throw e;
                        }
                    });
                    group.join();
                }
                return "not reached";
            });
            assertThat(isWaiting.await(20, TimeUnit.SECONDS)).isTrue();
            task.cancel(true);
            assertThatThrownBy(() -> task.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(java.util.concurrent.CancellationException.class);
        }
        assertThat(cancelled).hasValue(1);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void groupThatIsEnding_takesNobodyIn(Way way) throws Exception {
        run(way, pair -> {
            TaskGroup group = new TaskGroup();
            group.close();
            assertThatThrownBy(() -> group.start(() -> 1)).isInstanceOf(IllegalStateException.class);
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("ways")
    void withTimeout_endsWhateverIsWaitedFor_andTakesNothing(Way way) throws Exception {
        String left = run(way, pair -> {
            StreamReader reader = pair.near().reader();
            pair.far().writer().write(Now.bytes("one\ntwo"));
            assertThatThrownBy(() -> Await.withTimeout(Duration.ofMillis(20), () -> {
                        await(reader.readLine());
                        return await(reader.readLine());
                    }))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessageContaining("PT0.02S");
            assertThat(Thread.interrupted()).isFalse();
            return new String(await(reader.readExactly(3)), java.nio.charset.StandardCharsets.US_ASCII);
        });
        assertThat(left).isEqualTo("two");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void withTimeout_leavesNoInterruptBehind_howeverCloseTheRace(Way way) throws Exception {
        run(way, pair -> {
            for (int i = 0; i < 300; i++) {
                long nanos = 1_000L * (i % 100);
                try {
                    Await.withTimeout(Duration.ofNanos(nanos), () -> {
                        long end = System.nanoTime() + nanos;
                        while (System.nanoTime() < end) {
                            Thread.onSpinWait();
                        }
                        return null;
                    });
                } catch (TimeoutException e) {
                    throw new AssertionError("the steps came to their end", e);
                }
                assertThat(Thread.interrupted()).isFalse();
            }
            return null;
        });
    }

    /** The inner one's interrupt is taken back, and not the outer one's with it. */
    @ParameterizedTest
    @MethodSource("ways")
    void withTimeout_ofAnOuterOne_outlivesTheInner(Way way) throws Exception {
        run(way, pair -> {
            Semaphore never = new Semaphore(0);
            assertThatThrownBy(() -> Await.withTimeout(Duration.ofMillis(30), () -> {
                        assertThatThrownBy(() -> Await.withTimeout(Duration.ofMillis(10), () -> {
                                    try {
                                        return await(pair.near().reader().readLine());
                                    } finally {
                                        never.tryAcquire(60, TimeUnit.MILLISECONDS); // until the outer one has come
                                    }
                                }))
                                .isInstanceOf(InterruptedException.class);
                        throw new InterruptedException();
                    }))
                    .isInstanceOf(TimeoutException.class);
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("ways")
    void close_alsoEndsWhomSomebodyElseHasSettled(Way way) throws Exception {
        List<String> said = new ArrayList<>();
        run(way, pair -> {
            try (TaskGroup group = new TaskGroup()) {
                Semaphore isOn = new Semaphore(0);
                CompletableFuture<Object> task = group.start(() -> {
                    try {
                        isOn.release();
                        return await(new CompletableFuture<>());
                    } catch (InterruptedException e) {
                        isOn.release();
                        return await(new CompletableFuture<>());
                    } finally {
                        said.add("ended");
                    }
                });
                isOn.acquire();
                task.complete("settled");
                isOn.acquire();
            }
            said.add("closed");
            return null;
        });
        assertThat(said).containsExactly("ended", "closed");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void withTimeout_anInterruptFromElsewhere_isNoTimeout(Way way) throws Exception {
        run(way, pair -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> Await.withTimeout(
                            Duration.ofDays(1), () -> await(pair.near().reader().readLine())))
                    .isInstanceOf(InterruptedException.class);
            return null;
        });
    }
}
