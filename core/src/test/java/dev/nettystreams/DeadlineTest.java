package dev.nettystreams;

import static dev.nettystreams.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.nettystreams.carrier.CarriedThreads;
import dev.nettystreams.carrier.Interrupts;
import dev.nettystreams.spi.Timeouts;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@link Await#withTimeout}: the same programs on every kind of thread. Code that computes, and a race for one moment,
 * need the real clock; CONTRIBUTING says why.
 */
class DeadlineTest {
    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void withTimeout_interruptsCodeThatComputes(ThreadKind kind) {
        assertThatThrownBy(() -> kind.run(pair -> Await.withTimeout(Duration.ofMillis(20), () -> {
                    while (!Thread.currentThread().isInterrupted()) {
                        Thread.onSpinWait();
                    }
                    throw new InterruptedException();
                })))
                .isInstanceOf(TimeoutException.class);
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void withTimeout_endsWhateverIsWaitedFor_andTakesNothing(ThreadKind kind) throws Exception {
        String left = kind.runThroughTime(pair -> {
            StreamReader reader = pair.near().reader();
            pair.far().writer().write(Latin1.bytes("one\ntwo"));
            assertThatThrownBy(() -> Await.withTimeout(kind.timeout(), () -> {
                        await(reader.readLine());
                        return await(reader.readLine());
                    }))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessageContaining("within " + Timeouts.toText(kind.timeout()));
            assertThat(Thread.interrupted()).isFalse();
            return Latin1.text(await(reader.readExactly(3)));
        });
        assertThat(left).isEqualTo("two");
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void withTimeout_leavesNoInterruptBehind_howeverCloseTheRace(ThreadKind kind) throws Exception {
        kind.run(pair -> {
            for (int i = 0; i < 300; i++) {
                long nanos = 1_000L * (i % 100);
                try {
                    Await.withTimeout(Duration.ofNanos(nanos), () -> {
                        LockSupport.parkNanos(1); // on a loop, the timer starts at the first wait
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

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void withTimeout_ofAnOuterOne_outlivesTheInner(ThreadKind kind) throws Exception {
        Duration outer = kind.timeout().multipliedBy(3);
        kind.runThroughTime(pair -> {
            Semaphore never = new Semaphore(0);
            assertThatThrownBy(() -> Await.withTimeout(outer, () -> {
                        assertThatThrownBy(() -> Await.withTimeout(kind.timeout(), () -> {
                                    try {
                                        return await(pair.near().reader().readLine());
                                    } finally {
                                        never.tryAcquire(20, TimeUnit.SECONDS); // until the outer interrupt
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
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void withTimeout_anInterruptFromElsewhere_isNoTimeout(ThreadKind kind) throws Exception {
        kind.run(pair -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> Await.withTimeout(
                            Duration.ofDays(1), () -> await(pair.near().reader().readLine())))
                    .isInstanceOf(InterruptedException.class);
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void withTimeout_endsALoopOverLines(ThreadKind kind) {
        assertThatThrownBy(() -> kind.runThroughTime(pair -> {
                    pair.far().writer().write(Latin1.bytes("one\n"));
                    Await.withTimeout(kind.timeout(), () -> {
                        for (byte[] line : pair.near().reader().lines()) {
                            assertThat(line).hasSize(4);
                        }
                    });
                    return null;
                }))
                .isInstanceOf(TimeoutException.class);
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void withTimeout_endsTheWait_forWhatCannotBeCancelled(ThreadKind kind) {
        CompletableFuture<Object> uncancellable = new CompletableFuture<>() {
            @Override
            public boolean cancel(boolean mayInterruptIfRunning) {
                return false;
            }
        };
        assertThatThrownBy(() ->
                        kind.runThroughTime(pair -> Await.withTimeout(kind.timeout(), () -> await(uncancellable))))
                .isInstanceOf(TimeoutException.class);
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void withTimeout_worksAsEver_whereACancelledTaskCleansUp(ThreadKind kind) throws Exception {
        Throwable cleanup = kind.runThroughTime(pair -> {
            Semaphore begun = new Semaphore(0);
            CompletableFuture<Throwable> failure = new CompletableFuture<>();
            CompletableFuture<Object> task = Await.createTask(() -> {
                try {
                    begun.release();
                    return await(new CompletableFuture<>());
                } finally {
                    try {
                        Await.withTimeout(
                                kind.timeout(), () -> await(pair.near().reader().readLine()));
                    } catch (Exception e) {
                        failure.complete(e);
                    }
                }
            });
            begun.acquire();
            task.cancel(true);
            return await(failure);
        });
        assertThat(cleanup).isInstanceOf(TimeoutException.class);
    }

    @Test
    void withTimeout_onTheLoop_comesInItsTime() {
        assumeThat(Await.isOnEventLoopAvailable()).as("await on the event loop").isTrue();
        CarriedThreads.prepare();
        ManualLoop loop = new ManualLoop();
        MemoryPair pair = MemoryStreams.pair(loop);
        CompletableFuture<byte[]> task = Await.onEventLoop(
                pair.near(),
                () -> Await.withTimeout(
                        Duration.ofHours(1), () -> await(pair.near().reader().readLine())));
        loop.advance(Duration.ofMinutes(59));
        assertThat(task).isNotDone();
        loop.advance(Duration.ofMinutes(1));
        Outcomes.failure(TimeoutException.class, task);
    }

    /** A program may set many timeouts without ever waiting. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void withTimeout_ofWhatDoesNotWait_leavesNothingWithTheLoop(ThreadKind kind) throws Exception {
        assumeThat(kind).isEqualTo(ThreadKind.ON_THE_LOOP);
        ManualLoop loop = new ManualLoop();
        MemoryPair pair = MemoryStreams.pair(loop);
        loop.runReady(); // the start of the connections
        CompletableFuture<Integer> task = Await.onEventLoop(pair.near(), () -> {
            int count = 0;
            for (int i = 0; i < 100; i++) {
                count += Await.withTimeout(Duration.ofHours(1), () -> loop.timerCount() + loop.readyCount());
            }
            return count + loop.timerCount();
        });
        loop.runReady();
        assertThat(Outcomes.value(task)).isZero();
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void withTimeout_twoNested_thatAreBothOver_leaveNoInterruptBehind(ThreadKind kind) throws Exception {
        String result = kind.run(pair -> {
            String computed = Await.withTimeout(
                    Duration.ofMillis(30),
                    () -> Await.withTimeout(Duration.ofMillis(10), () -> {
                        long end = 0;
                        while (end == 0 || System.nanoTime() < end) {
                            if (end == 0 && Thread.currentThread().isInterrupted()) {
                                end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
                            }
                        }
                        return "computed";
                    }));
            return Thread.interrupted() ? "interrupted" : computed;
        });
        assertThat(result).isEqualTo("computed");
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void withTimeout_thatIsOver_leavesNothing_andSaysWhereItWas(ThreadKind kind) throws Exception {
        TimeoutException timedOut = kind.runThroughTime(pair -> {
            try {
                Await.withTimeout(kind.timeout(), () -> {
                    new Semaphore(0).acquire();
                    return null;
                });
                return null;
            } catch (TimeoutException e) {
                assertThat(Interrupts.ofCallerOrNew().hasReason())
                        .as("the deadline goes on")
                        .isFalse();
                return e;
            }
        });
        assertThat(timedOut.getSuppressed()).hasAtLeastOneElementOfType(InterruptedException.class);
    }

    /**
     * The interrupt comes after the end of the inner timeout and before that of the outer one. The code computes
     * between the two, so only the real clock can end the outer one.
     */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void withTimeout_anInterruptBetweenTwoThatExpire_isNotLost(ThreadKind kind) {
        assertThatThrownBy(() -> kind.run(pair -> {
                    Await.withTimeout(Duration.ofMillis(1500), () -> {
                        assertThatThrownBy(() -> Await.withTimeout(Duration.ofMillis(1), () -> {
                                    new Semaphore(0).acquire();
                                    return null;
                                }))
                                .isInstanceOf(TimeoutException.class);
                        Thread.currentThread().interrupt();
                        while (!Interrupts.ofCallerOrNew().hasReason()) {
                            Thread.onSpinWait();
                        }
                        new Semaphore(0).acquire();
                        return null;
                    });
                    return null;
                }))
                .isInstanceOf(InterruptedException.class);
    }

    /** A cancellation comes while the steps end by the timeout's interrupt. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void withTimeout_cancelledAsItExpires_isInterruptedOnce(ThreadKind kind) throws Exception {
        boolean isInterruptedAgain = kind.run(pair -> {
            assertThatThrownBy(() -> Await.withTimeout(Duration.ofMillis(1), () -> {
                        try {
                            return await(new CompletableFuture<>());
                        } finally {
                            Interrupts.ofCallerOrNew().send(Interrupts.Sender.CANCELLED);
                        }
                    }))
                    .isInstanceOf(InterruptedException.class);
            return Thread.interrupted();
        });
        assertThat(isInterruptedAgain).isFalse();
    }
}
