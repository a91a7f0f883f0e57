package dev.nettystreams;

import static dev.nettystreams.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link TaskGroup}: the same programs on every kind of thread. */
class TaskGroupTest {
    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void join_waitsForAll_andTheirResultsAreThere(ThreadKind kind) throws Exception {
        String both = kind.run(pair -> {
            try (TaskGroup group = new TaskGroup()) {
                CompletableFuture<byte[]> near =
                        group.start(() -> await(pair.near().reader().readLine()));
                CompletableFuture<byte[]> far =
                        group.start(() -> await(pair.far().reader().readLine()));
                pair.near().writer().write(Latin1.bytes("to far\n"));
                pair.far().writer().write(Latin1.bytes("to near\n"));
                group.join();
                return Outcomes.text(near) + Outcomes.text(far);
            }
        });
        assertThat(both).isEqualTo("to near\nto far\n");
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void firstFailure_cancelsTheOthers_andIsThrownByJoin(ThreadKind kind) throws Exception {
        List<String> said = new ArrayList<>();
        IOException bug = new IOException("first");
        assertThatThrownBy(() -> kind.run(pair -> {
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
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void furtherFailures_areNotLost(ThreadKind kind) {
        assertThatThrownBy(() -> kind.run(pair -> {
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
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void close_leavesNothingRunning(ThreadKind kind) throws Exception {
        AtomicInteger running = new AtomicInteger();
        Semaphore begun = new Semaphore(0);
        kind.run(pair -> {
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

    /** A thread sees two interrupts as one if both arrive before it checks. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void close_reachesATaskThatHasJustBeenInterrupted(ThreadKind kind) throws Exception {
        Semaphore begun = new Semaphore(0);
        AtomicInteger interrupts = new AtomicInteger();
        kind.run(pair -> {
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

    /** An interrupt of the thread that joins cancels the tasks. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void interruptOfTheJoiner_cancelsAll(ThreadKind kind) throws Exception {
        AtomicInteger cancelled = new AtomicInteger();
        try (BackgroundLoop loop = new BackgroundLoop()) {
            MemoryPair pair = MemoryStreams.pair(loop);
            CountDownLatch isWaiting = new CountDownLatch(1);
            CompletableFuture<Object> task = kind.start(pair.near(), () -> {
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
            assertThatThrownBy(() -> task.get(20, TimeUnit.SECONDS)).isInstanceOf(CancellationException.class);
        }
        assertThat(cancelled).hasValue(1);
    }

    /** Even if no close follows. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void join_thatIsInterrupted_throwsWhenAllHaveEnded(ThreadKind kind) throws Exception {
        boolean hadEnded = kind.run(pair -> {
            TaskGroup group = new TaskGroup();
            Semaphore begun = new Semaphore(0);
            CompletableFuture<?> task = group.start(() -> {
                begun.release();
                return await(new CompletableFuture<>());
            });
            begun.acquire();
            Thread.currentThread().interrupt();
            try {
                group.join();
                return false;
            } catch (InterruptedException e) {
                return task.isCancelled();
            }
        });
        assertThat(hadEnded).isTrue();
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void close_keepsAnInterruptForLater(ThreadKind kind) throws Exception {
        boolean isInterrupted = kind.run(pair -> {
            Semaphore begun = new Semaphore(0);
            try (TaskGroup group = new TaskGroup()) {
                group.start(() -> {
                    begun.release();
                    return await(new CompletableFuture<>());
                });
                begun.acquire();
                Thread.currentThread().interrupt();
            }
            return Thread.interrupted();
        });
        assertThat(isInterrupted).isTrue();
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void taskThatCancelsItself_isNoFailureOfTheGroup(ThreadKind kind) throws Exception {
        String other = kind.run(pair -> {
            try (TaskGroup group = new TaskGroup()) {
                group.start(() -> {
                    throw new CancellationException("by itself");
                });
                CompletableFuture<byte[]> reading =
                        group.start(() -> await(pair.near().reader().readLine()));
                pair.far().writer().write(Latin1.bytes("goes on\n"));
                group.join();
                return Outcomes.text(reading);
            }
        });
        assertThat(other).isEqualTo("goes on\n");
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void groupThatIsEnding_startsNoTask(ThreadKind kind) throws Exception {
        kind.run(pair -> {
            TaskGroup group = new TaskGroup();
            group.close();
            assertThatThrownBy(() -> group.start(() -> 1)).isInstanceOf(IllegalStateException.class);
            return null;
        });
    }

    /** The task's holder has completed its future, but its code is still running. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void close_alsoEndsATaskThatItsHolderHasSettled(ThreadKind kind) throws Exception {
        List<String> said = new ArrayList<>();
        kind.run(pair -> {
            try (TaskGroup group = new TaskGroup()) {
                Semaphore isOn = new Semaphore(0);
                CompletableFuture<byte[]> task = group.start(() -> {
                    try {
                        return waitingTwice(isOn).call();
                    } finally {
                        said.add("ended");
                    }
                });
                isOn.acquire();
                task.complete(Latin1.bytes("settled"));
                isOn.acquire();
            }
            said.add("closed");
            return null;
        });
        assertThat(said).containsExactly("ended", "closed");
    }

    /** The task does not wait in {@code await} when the second interrupt is due. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void close_reachesATaskThatHasJustBeenInterrupted_whateverItWaitsFor(ThreadKind kind) throws Exception {
        Semaphore begun = new Semaphore(0);
        kind.run(pair -> {
            try (TaskGroup group = new TaskGroup()) {
                CompletableFuture<byte[]> task = group.start(() -> {
                    begun.release();
                    try {
                        return await(new CompletableFuture<>());
                    } catch (InterruptedException e) {
                        new Semaphore(0).acquire();
                        throw e;
                    }
                });
                begun.acquire();
                task.completeExceptionally(new TimeoutException());
            }
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void close_reachesATaskThatItsHolderHasSettledAsCancelled(ThreadKind kind) throws Exception {
        kind.run(pair -> {
            Semaphore seen = new Semaphore(0);
            try (TaskGroup group = new TaskGroup()) {
                CompletableFuture<byte[]> task = group.start(waitingTwice(seen));
                seen.acquire();
                task.completeExceptionally(new CancellationException());
                seen.acquire();
            }
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void cleanup_isNotDisturbed_byThoseThatFailLater(ThreadKind kind) throws Exception {
        AtomicInteger finished = new AtomicInteger();
        assertThatThrownBy(() -> kind.run(pair -> {
                    Semaphore cleaning = new Semaphore(0);
                    Semaphore othersHaveFailed = new Semaphore(0);
                    try (TaskGroup group = new TaskGroup()) {
                        group.start(() -> {
                            try {
                                return await(new CompletableFuture<>());
                            } finally {
                                cleaning.release();
                                othersHaveFailed.acquire();
                                finished.incrementAndGet();
                            }
                        });
                        group.start(() -> {
                            try {
                                return await(new CompletableFuture<>());
                            } finally {
                                cleaning.acquire();
                                othersHaveFailed.release();
                                fail("second");
                            }
                        });
                        group.start(() -> fail("first"));
                        group.join();
                    }
                    return null;
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("first");
        assertThat(finished).hasValue(1);
    }

    /** Waits for ever, and for ever again: the first interrupt ends the first wait only. */
    private static Callable<byte[]> waitingTwice(Semaphore waiting) {
        return () -> {
            waiting.release();
            try {
                return await(new CompletableFuture<>());
            } catch (InterruptedException e) {
                waiting.release();
                return await(new CompletableFuture<>());
            }
        };
    }

    /** A new thread inherits values, and asks their owner's code for them. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void taskWhoseThreadCannotBeMade_isAFailureOfTheGroup(ThreadKind kind) throws Exception {
        InheritableThreadLocal<String> refusing = new InheritableThreadLocal<>() {
            @Override
            protected String childValue(String parentValue) {
                throw new IllegalArgumentException("no more threads");
            }
        };
        Throwable failure = kind.run(pair -> {
            try (TaskGroup group = new TaskGroup()) {
                CompletableFuture<byte[]> reading =
                        group.start(() -> await(pair.near().reader().readLine()));
                refusing.set("inherited");
                CompletableFuture<Integer> task = group.start(() -> 1);
                refusing.remove();
                try {
                    group.join();
                    return new AssertionError("joined");
                } catch (RuntimeException e) {
                    assertThat(reading).isCancelled();
                    assertThat(task).isCompletedExceptionally();
                    return e;
                }
            }
        });
        assertThat(failure).hasStackTraceContaining("no more threads");
    }

    private static void fail(String message) throws IOException {
        throw new IOException(message);
    }
}
