package dev.nettystreams.netty;

import static dev.nettystreams.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.nettystreams.Await;
import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tasks that wait on event loops whose connections, or which themselves, end: no task is lost. */
@ExtendWith(NoLeaks.class)
class OnLoopEndTest {
    private static final int CONNECTIONS = 24;
    private static final int TASKS_EACH = 48;

    static Stream<Wire> all() {
        return Wire.all();
    }

    @BeforeAll
    static void needsTheOption() {
        assumeThat(Await.isOnEventLoopAvailable()).as("await on the event loop").isTrue();
    }

    /** The events that tasks wait for, and the tasks that have ended. */
    private static final class Waiting {
        final AtomicInteger begun = new AtomicInteger();
        final AtomicInteger ended = new AtomicInteger();
        final Semaphore permits = new Semaphore(0);
        final List<CompletableFuture<Void>> foreign = new ArrayList<>();
        final List<CompletableFuture<?>> tasks = new ArrayList<>();

        /** Starts one task of each kind in turn; the first one reads. */
        void start(StreamConnection connection) {
            for (int i = 0; i < TASKS_EACH; i++) {
                Callable<?> wait = switch (i == 0 ? 0 : 1 + i % 4) {
                    case 0 -> () -> await(connection.reader().readLine());
                    case 1 ->
                        () -> {
                            Thread.sleep(Duration.ofDays(1).toMillis());
                            return null;
                        };
                    case 2 ->
                        () -> {
                            permits.acquire();
                            return null;
                        };
                    case 3 -> () -> await(connection.waitClosed());
                    default -> {
                        CompletableFuture<Void> never = new CompletableFuture<>();
                        foreign.add(never);
                        yield () -> await(never);
                    }
                };
                tasks.add(Await.onEventLoop(connection, () -> {
                    begun.incrementAndGet();
                    try {
                        return wait.call();
                    } finally {
                        ended.incrementAndGet();
                    }
                }));
            }
        }

        void awaitBegun() {
            while (begun.get() < tasks.size()) {
                Thread.onSpinWait();
            }
        }

        /** Checks that every task has ended, in whatever way. */
        void assertAllEnd() throws Exception {
            Wire.get(CompletableFuture.allOf(tasks.toArray(new CompletableFuture<?>[0]))
                    .handle((done, failure) -> null));
            assertThat(ended).hasValue(begun.get());
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void kills_cancels_andWakeUps_atOnce_leaveNobody(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 2)) {
            Waiting waiting = new Waiting();
            List<StreamConnection> connections = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS / 2; i++) {
                Wire.Pair pair = wire.pair(streams);
                connections.addAll(List.of(pair.client(), pair.server()));
            }
            connections.forEach(waiting::start);
            waiting.awaitBegun();
            CountDownLatch gate = new CountDownLatch(1);
            CompletableFuture<?> cancelling = racing(gate, () -> waiting.tasks.forEach(task -> task.cancel(true)));
            CompletableFuture<?> waking = racing(gate, () -> {
                waiting.foreign.forEach(never -> never.complete(null));
                waiting.permits.release(CONNECTIONS * TASKS_EACH);
            });
            CompletableFuture<?> killing = racing(gate, () -> {
                Random random = new Random(7);
                connections.forEach(connection -> {
                    if (random.nextBoolean()) {
                        connection.abort();
                    } else {
                        connection.close();
                    }
                });
            });
            gate.countDown();
            Wire.get(CompletableFuture.allOf(cancelling, waking, killing));
            waiting.assertAllEnd();
        }
    }

    /** No wake-up or cancellation hides a task that was not notified. */
    @ParameterizedTest
    @MethodSource("all")
    void killedConnections_endEveryTaskThatWaitsForThem(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 2)) {
            List<CompletableFuture<?>> readers = new ArrayList<>();
            List<CompletableFuture<?>> others = new ArrayList<>();
            List<StreamConnection> killed = new ArrayList<>();
            CountDownLatch begun = new CountDownLatch(CONNECTIONS * 3 / 2);
            for (int i = 0; i < CONNECTIONS / 2; i++) {
                Wire.Pair pair = wire.pair(streams);
                killed.add(i % 2 == 0 ? pair.client() : pair.server());
                StreamConnection left = i % 2 == 0 ? pair.server() : pair.client();
                readers.add(Await.onEventLoop(left, () -> {
                    begun.countDown();
                    return await(left.reader().readLine());
                }));
                others.add(Await.onEventLoop(left, () -> {
                    begun.countDown();
                    while (true) {
                        left.writer().write(new byte[1 << 16]);
                        await(left.writer().drain());
                    }
                }));
                others.add(Await.onEventLoop(left, () -> {
                    begun.countDown();
                    return await(left.writer().waitClosed());
                }));
            }
            begun.await();
            killed.forEach(StreamConnection::abort);
            for (CompletableFuture<?> reader : readers) { // some systems call it an end
                Wire.get(reader.handle((line, failure) -> null));
            }
            for (CompletableFuture<?> other : others) {
                assertThat(Wire.failureOf(other)).isInstanceOf(StreamBrokenException.class);
            }
        }
    }

    /** Runs on a thread of its own: the common pool may have one thread for both. */
    private static CompletableFuture<Void> racing(CountDownLatch gate, Runnable part) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                gate.await();
                part.run();
                done.complete(null);
            } catch (Throwable e) { // fails the test
                done.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    @ParameterizedTest
    @MethodSource("all")
    void loopsThatEnd_underTheirTasks_leaveNobody(Wire wire) throws Exception {
        EventLoopGroup group = Loops.newGroup(wire.backend(), 2, true);
        Waiting waiting = new Waiting();
        try (NettyStreams streams = NettyStreams.over(group)) {
            for (int i = 0; i < CONNECTIONS / 2; i++) {
                Wire.Pair pair = wire.pair(streams);
                waiting.start(pair.client());
                waiting.start(pair.server());
            }
            waiting.awaitBegun();
            CountDownLatch gate = new CountDownLatch(1);
            CompletableFuture<?> waking = racing(gate, () -> {
                waiting.foreign.forEach(never -> never.complete(null));
                waiting.permits.release(CONNECTIONS * TASKS_EACH);
            });
            gate.countDown();
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            Wire.get(waking);
            assertThat(group.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
            waiting.tasks.forEach(task -> task.cancel(true)); // those that sleep
            waiting.assertAllEnd();
        }
    }
}
