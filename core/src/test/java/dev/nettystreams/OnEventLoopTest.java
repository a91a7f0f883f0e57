package dev.nettystreams;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.nettystreams.spi.LoopThreads;
import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryOptions;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A2: straight-line code on the event loop, which is a manual one unless a test says otherwise. */
class OnEventLoopTest {
    private final ManualLoop loop = new ManualLoop();
    private final MemoryPair pair =
            MemoryStreams.pair(loop, StreamLimits.DEFAULT, MemoryOptions.DEFAULT.withCapacity(1 << 22));
    private final StreamReader reader = pair.near().reader();
    private final StreamWriter writer = pair.near().writer();

    @BeforeAll
    static void needsTheOption() {
        assumeThat(Await.isOnEventLoopAvailable()).as("await on the event loop").isTrue();
    }

    private <T> CompletableFuture<T> start(Callable<T> code) {
        CompletableFuture<T> task = Await.onEventLoop(pair.near(), code);
        loop.runReady();
        return task;
    }

    private void feed(String text) {
        pair.far().writer().write(text.getBytes(US_ASCII));
        loop.runReady();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }

    @Test
    void task_isOneThread_fromBeginningToEnd_withItsOwnLocals() {
        ThreadLocal<String> local = new ThreadLocal<>();
        CompletableFuture<Boolean> task = start(() -> {
            Thread thread = Thread.currentThread();
            local.set("kept");
            await(reader.readLine());
            await(reader.readLine());
            return thread.equals(Thread.currentThread())
                    && local.get().equals("kept")
                    && thread.getName().startsWith("netty-streams-task-");
        });
        feed("one\n");
        feed("two\n");
        assertThat(Outcomes.value(task)).isTrue();
        assertThat(local.get()).isNull();
    }

    @Test
    void nothingHappens_butInTurnsOfTheLoop() {
        List<String> said = new ArrayList<>();
        CompletableFuture<byte[]> task = Await.onEventLoop(pair.near(), () -> {
            said.add("began");
            byte[] line = await(reader.readLine());
            said.add("read");
            return line;
        });
        assertThat(said).isEmpty();
        loop.runReady();
        assertThat(said).containsExactly("began");
        pair.far().writer().write(bytes("x\n"));
        assertThat(said).containsExactly("began");
        loop.runReady();
        assertThat(said).containsExactly("began", "read");
        assertThat(Outcomes.value(task)).isEqualTo(bytes("x\n"));
    }

    @Test
    void whatIsThere_isReadWithoutASuspension() {
        feed("a\nb\nc\n");
        AtomicInteger turns = new AtomicInteger();
        CompletableFuture<Integer> task = Await.onEventLoop(pair.near(), () -> {
            int before = turns.get();
            await(reader.readLine());
            await(reader.readExactly(2));
            await(reader.readLine());
            writer.write(bytes("d"));
            await(writer.drain());
            return turns.get() - before;
        });
        while (loop.runOne()) {
            turns.incrementAndGet();
        }
        assertThat(Outcomes.value(task)).isZero();
    }

    @Test
    void writes_keepTheirOrder_andArriveWhenTheTaskWaits() {
        CompletableFuture<byte[]> received = pair.far().reader().readAll(1 << 20);
        CompletableFuture<?> task = start(() -> {
            for (int i = 0; i < 3; i++) {
                writer.write(bytes("small "));
                writer.write(new byte[20_000]);
                writer.writeOwned(java.nio.ByteBuffer.wrap(bytes("owned ")));
            }
            writer.writeEof();
            return null;
        });
        Outcomes.value(task);
        byte[] all = Outcomes.value(received);
        assertThat(all).hasSize(3 * 20_012);
        for (int i = 0; i < 3; i++) {
            assertThat(new String(all, i * 20_012, 6, US_ASCII)).isEqualTo("small ");
            assertThat(new String(all, i * 20_012 + 20_006, 6, US_ASCII)).isEqualTo("owned ");
        }
    }

    /** If one write happens before another, it is sent first, whichever threads write. */
    @Test
    void writes_ofATaskAndOfOthers_keepTheOrderInWhichTheyHappened() {
        CompletableFuture<byte[]> received = pair.far().reader().readAll(1 << 20);
        CompletableFuture<?> task = start(() -> {
            writer.write(bytes("1"));
            CompletableFuture.runAsync(() -> writer.write(bytes("2"))).join();
            writer.write(bytes("3"));
            CompletableFuture<byte[]> line = reader.readLine();
            reader.feedEof();
            writer.write(bytes("4"));
            await(line.thenAccept(end -> writer.write(bytes("5"))));
            writer.write(bytes("6"));
            return null;
        });
        while (!task.isDone()) {
            loop.runReady(); // another thread may be slow
            Thread.onSpinWait();
        }
        loop.run(writer::close);
        loop.runReady();
        assertThat(Outcomes.text(received)).isEqualTo("123456");
    }

    @Test
    void write_thatTheTransportCannotTake_endsTheConnection_andTheRestIsDone() {
        Bench bench = new Bench();
        bench.loop.runReady();
        bench.wire.beforeWrite = () -> {
            bench.wire.beforeWrite = () -> {};
            throw new InternalError("no memory for it");
        };
        CompletableFuture<Throwable> task = Await.onEventLoop(bench.connection, () -> {
            bench.writer.write(bytes("one"));
            bench.writer.writeOwned(java.nio.ByteBuffer.wrap(bytes("lost")));
            bench.writer.write(bytes("behind it"));
            return await(bench.writer.flush().handle((done, failure) -> failure));
        });
        bench.loop.runReady();
        assertThat(bench.wire.writtenText()).isEqualTo("one");
        assertThat(Outcomes.value(task))
                .isInstanceOf(StreamBrokenException.class)
                .hasMessageContaining("no memory for it");
    }

    @Test
    void drain_countsWhatIsOnItsWay() {
        CompletableFuture<Boolean> task = start(() -> {
            writer.write(new byte[StreamLimits.DEFAULT.writeHighMarkBytes()]);
            boolean atTheMark = writer.drain().isDone();
            writer.write(new byte[1]);
            return atTheMark && !writer.drain().isDone();
        });
        assertThat(Outcomes.value(task)).isTrue();
    }

    @Test
    void waits_behindAnAbortOfTheSameTask_fail() {
        CompletableFuture<List<Throwable>> task = start(() -> {
            writer.write(bytes("lost"));
            writer.abort();
            List<Throwable> failures = new ArrayList<>();
            for (CompletableFuture<?> wait : List.of(writer.drain(), writer.flush(), reader.read(1))) {
                failures.add(await(wait.handle((done, failure) -> failure)));
            }
            return failures;
        });
        assertThat(Outcomes.value(task))
                .hasSize(3)
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOf(StreamClosedException.class)
                        .hasMessage("abort() was called"));
    }

    /** On the loop's clock: the JDK's clock does not advance that far in a test. */
    @Test
    void deadlines_areKeptByTheLoop() {
        List<CompletableFuture<?>> tasks = List.of(
                start(() -> await(reader.readLine().orTimeout(1, TimeUnit.HOURS))),
                start(() -> await(
                        pair.far().reader().read(1).thenApply(read -> read).orTimeout(1, TimeUnit.HOURS))),
                start(() -> await(writer.waitClosed().orTimeout(1, TimeUnit.HOURS))),
                start(() -> Await.withTimeout(Duration.ofHours(1), () -> await(new CompletableFuture<>()))),
                start(() -> await(
                        Await.createTask(() -> await(new CompletableFuture<>())).orTimeout(1, TimeUnit.HOURS))));
        assertThat(tasks).noneMatch(CompletableFuture::isDone);
        loop.advance(Duration.ofHours(1));
        tasks.forEach(task -> Outcomes.failure(TimeoutException.class, task));
    }

    @Test
    void deadlinesOfCallbacks_areKeptByALoopThatHasHadTasks() throws Exception {
        Outcomes.value(start(() -> 1));
        CompletableFuture<byte[]> late =
                loop.call(() -> reader.readLine().completeOnTimeout(bytes("none"), 1, TimeUnit.HOURS));
        loop.advance(Duration.ofHours(1));
        assertThat(Outcomes.text(late)).isEqualTo("none");
        feed("line\n");
        assertThat(Outcomes.text(start(() -> await(reader.readLine())))).isEqualTo("line\n");
        assertThat(loop.timerCount()).isZero();
    }

    @Test
    void deadlineThatIsNotReached_leavesNothingWithTheLoop() {
        CompletableFuture<byte[]> task = start(() -> await(reader.readLine().orTimeout(1, TimeUnit.HOURS)));
        assertThat(loop.timerCount()).isEqualTo(1);
        feed("line\n");
        assertThat(Outcomes.text(task)).isEqualTo("line\n");
        assertThat(loop.timerCount()).isZero();
    }

    @Test
    void deadlineOfSteps_thatIsNotReached_leavesNothingWithTheLoop() {
        CompletableFuture<byte[]> task =
                start(() -> Await.withTimeout(Duration.ofHours(1), () -> await(reader.readLine())));
        assertThat(loop.timerCount()).isEqualTo(1);
        feed("line\n");
        assertThat(Outcomes.text(task)).isEqualTo("line\n");
        assertThat(loop.timerCount()).isZero();
    }

    /** After any exception in a turn, tasks that wait for the loop's next events go on. */
    @Test
    void turnThatThrows_doesNotHoldUpTheTasks() {
        CompletableFuture<byte[]> task = start(() -> await(reader.readLine()));
        assertThatThrownBy(() -> loop.run(() -> pair.near().core().access.turn(() -> {
                    throw new IllegalStateException("a bug");
                })))
                .hasMessage("a bug");
        feed("line\n");
        assertThat(Outcomes.text(task)).isEqualTo("line\n");
    }

    @Test
    void cancel_ofATaskThatWasCancelled_saysSo() {
        CompletableFuture<byte[]> task = start(() -> await(reader.readLine()));
        assertThat(task.cancel(true)).isTrue();
        loop.runReady();
        assertThat(task).isCancelled();
        assertThat(task.cancel(true)).isTrue();
        CompletableFuture<Integer> done = start(() -> 1);
        assertThat(done.cancel(true)).isFalse();
    }

    @Test
    void stageOfAnotherThread_isAwaited_andTheTaskGoesOnHere() {
        CompletableFuture<String> foreign = new CompletableFuture<>();
        List<Boolean> wasHere = new ArrayList<>();
        CompletableFuture<String> task = start(() -> {
            String value = await(foreign);
            wasHere.add(loop.isCurrent());
            return value;
        });
        CompletableFuture.runAsync(() -> foreign.complete("from afar")).join();
        assertThat(task).isNotDone();
        loop.runReady();
        assertThat(Outcomes.value(task)).isEqualTo("from afar");
        assertThat(wasHere).containsExactly(false); // a thread on the loop, not the loop's thread
    }

    @Test
    void stagesOfOtherThreads_oneAfterTheOther_areAllAwaited() {
        List<CompletableFuture<Integer>> foreign = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            foreign.add(new CompletableFuture<>());
        }
        CompletableFuture<Integer> task = start(() -> {
            int sum = 0;
            for (CompletableFuture<Integer> each : foreign) {
                sum += await(each);
            }
            return sum;
        });
        for (CompletableFuture<Integer> each : foreign) {
            assertThat(task).isNotDone();
            CompletableFuture.runAsync(() -> each.complete(1)).join();
            loop.runReady();
        }
        assertThat(Outcomes.value(task)).isEqualTo(5);
    }

    @Test
    void deadlinesOfNestedSteps_areBothKeptByTheLoop() {
        CompletableFuture<byte[]> task = start(() -> Await.withTimeout(
                Duration.ofHours(2), () -> Await.withTimeout(Duration.ofHours(1), () -> await(reader.readLine()))));
        assertThat(loop.timerCount()).isEqualTo(2);
        loop.advance(Duration.ofHours(1));
        Outcomes.failure(TimeoutException.class, task);
        assertThat(loop.timerCount()).isZero();
    }

    @Test
    void failure_comesOutOfAwait_withTheAwaitingFrames() {
        CompletableFuture<Throwable> task = start(() -> {
            try {
                return new AssertionError(await(reader.readExactly(2)).length);
            } catch (IOException e) {
                return e;
            }
        });
        pair.far().abort();
        loop.runReady();
        Throwable failure = Outcomes.value(task);
        assertThat(failure).isInstanceOf(StreamBrokenException.class);
        assertThat(failure.getSuppressed()[0].getStackTrace())
                .anyMatch(frame -> frame.getClassName().startsWith(OnEventLoopTest.class.getName()));
    }

    @Test
    void cancel_interruptsTheTask_whoseReadTakesNothing() throws Exception {
        List<String> said = new ArrayList<>();
        CompletableFuture<byte[]> task = start(() -> {
            try {
                return await(reader.readExactly(4));
            } finally {
                said.add("cleaned up");
            }
        });
        feed("abc");
        assertThat(task.cancel(true)).isTrue();
        assertThat(task).isNotDone(); // it may clean up first
        loop.runReady();
        assertThat(task).isCancelled();
        assertThat(said).containsExactly("cleaned up");
        assertThat(Outcomes.value(loop.call(() -> reader.readAvailable()))).isEqualTo(bytes("abc"));
    }

    @Test
    void cancel_beforeTheFirstTurn_isNoRunAtAll() {
        AtomicInteger runs = new AtomicInteger();
        CompletableFuture<Integer> task = Await.onEventLoop(pair.near(), runs::incrementAndGet);
        task.cancel(true);
        loop.runReady();
        assertThat(task).isCancelled();
        assertThat(runs).hasValue(0);
    }

    @Test
    void timeoutOfATask_isItsOutcomeAtOnce_andInterruptsIt() throws Exception {
        try (BackgroundLoop background = new BackgroundLoop()) {
            MemoryPair own = MemoryStreams.pair(background);
            CompletableFuture<Boolean> hasBegun = new CompletableFuture<>();
            CompletableFuture<Boolean> wasInterrupted = new CompletableFuture<>();
            CompletableFuture<byte[]> task = Await.onEventLoop(own.near(), () -> {
                try {
                    hasBegun.complete(true);
                    return await(own.near().reader().readLine());
                } catch (InterruptedException e) {
                    wasInterrupted.complete(true);
                    throw e;
                }
            });
            assertThat(hasBegun.get(20, TimeUnit.SECONDS)).isTrue();
            assertThatThrownBy(() -> await(task.orTimeout(1, TimeUnit.MILLISECONDS)))
                    .isInstanceOf(java.util.concurrent.TimeoutException.class);
            assertThat(wasInterrupted.get(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void oneConnectionsTenThousandLines_leaveTheOthersTheirTurns() {
        feed("x\n".repeat(10_000));
        AtomicInteger lines = new AtomicInteger();
        CompletableFuture<Void> task = Await.onEventLoop(pair.near(), () -> {
            while (lines.get() < 10_000) {
                await(reader.readLine());
                lines.incrementAndGet();
            }
            return null;
        });
        int most = 0;
        for (int before = 0; loop.runOne(); before = lines.get()) {
            most = Math.max(most, lines.get() - before);
        }
        Outcomes.value(task);
        assertThat(most).isPositive().isLessThanOrEqualTo(Turns.STEPS_PER_TURN + 1);
    }

    @Test
    void tasksThatWakeOneAnother_leaveTheLoopItsTurns() {
        SynchronousQueue<Integer> ball = new SynchronousQueue<>();
        CompletableFuture<Void> thrower = Await.onEventLoop(pair.near(), () -> {
            for (int i = 0; i < 5_000; i++) {
                ball.put(i);
            }
            return null;
        });
        AtomicInteger caught = new AtomicInteger();
        CompletableFuture<Void> catcher = Await.onEventLoop(pair.near(), () -> {
            while (caught.get() < 5_000) {
                ball.take();
                caught.incrementAndGet();
            }
            return null;
        });
        int most = 0;
        for (int before = 0; loop.runOne(); before = caught.get()) {
            most = Math.max(most, caught.get() - before);
        }
        Outcomes.value(thrower);
        Outcomes.value(catcher);
        assertThat(most).isPositive().isLessThanOrEqualTo(Turns.STEPS_PER_TURN);
    }

    @Test
    void locksAndMonitors_excludeOtherTasks_alsoWhileTheirOwnerWaits() {
        ReentrantLock lock = new ReentrantLock();
        Object monitor = new Object();
        boolean monitorsDoNotPin = Runtime.version().feature() >= 24;
        List<String> said = new ArrayList<>();
        Callable<Void> critical = () -> {
            lock.lock();
            try {
                said.add("in");
                await(reader.readLine());
                said.add("out");
            } finally {
                lock.unlock();
            }
            return null;
        };
        Callable<Void> synchronizedToo = () -> {
            synchronized (monitor) {
                return critical.call();
            }
        };
        CompletableFuture<Void> first = start(monitorsDoNotPin ? synchronizedToo : critical);
        CompletableFuture<Void> second = start(monitorsDoNotPin ? synchronizedToo : critical);
        assertThat(said).containsExactly("in");
        feed("one\n");
        while (said.size() < 3) {
            loop.runReady(); // a thread of the JDK passes monitors on
            Thread.onSpinWait();
        }
        assertThat(said).containsExactly("in", "out", "in");
        feed("two\n");
        Outcomes.value(first);
        Outcomes.value(second);
    }

    @Test
    void handler_thatThrows_isReported_andItsConnectionClosed() {
        List<Throwable> reported = new ArrayList<>();
        IOException bug = new IOException("a bug");
        ConnectionHandler handler = Await.onEventLoop((in, out) -> {
            await(in.readLine());
            throw bug;
        });
        CompletableFuture<Void> over = pair.near().serve(handler, (connection, failure) -> reported.add(failure));
        feed("x\n");
        pair.far().close();
        loop.runReady();
        Outcomes.value(over);
        assertThat(reported).containsExactly(bug);
    }

    @Test
    void conversationThatIsCancelled_asksItsHandlerToEnd() {
        List<String> said = new ArrayList<>();
        ConnectionHandler handler = Await.onEventLoop((in, out) -> {
            try {
                await(new CompletableFuture<>());
            } finally {
                said.add("ended");
            }
        });
        List<Throwable> reported = new ArrayList<>();
        CompletableFuture<Void> over = pair.near().serve(handler, (connection, failure) -> reported.add(failure));
        loop.runReady();
        over.cancel(true);
        assertThat(over).isNotDone();
        pair.far().close();
        loop.runReady();
        Outcomes.value(over);
        assertThat(said).containsExactly("ended");
        assertThat(reported).isEmpty();
    }

    @Test
    void createTask_runsBesideItsMaker_onTheSameLoop() {
        CompletableFuture<String> task = start(() -> {
            CompletableFuture<String> beside =
                    Await.createTask(() -> Thread.currentThread().getName() + LoopThreads.isLoopThread());
            assertThat(beside).isNotDone();
            return await(beside);
        });
        assertThat(Outcomes.value(task)).startsWith("netty-streams-task-").endsWith("false");
        loop.run(() -> assertThatThrownBy(() -> Await.createTask(() -> 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Await.onEventLoop(connection, code)"));
    }

    /** Callbacks on the loop's own thread that run while it serves a task's call. */
    @Test
    void callsOfCallbacks_whileATaskIsServed_keepTheirOrder() {
        MemoryPair other = MemoryStreams.pair(loop);
        StreamWriter otherWriter = other.near().writer();
        List<CompletableFuture<Void>> waits = new ArrayList<>();
        loop.run(() -> whenDone(reader.readLine(), () -> {
            otherWriter.write(bytes("written "));
            otherWriter.write(bytes("in this "));
            waits.add(otherWriter.drain());
            otherWriter.write(bytes("order"));
            waits.add(otherWriter.flush());
            otherWriter.writeEof();
        }));
        Outcomes.value(start(() -> {
            writer.close();
            return 1;
        }));
        CompletableFuture<byte[]> all = other.far().reader().readAll(100);
        loop.runReady();
        assertThat(Outcomes.text(all)).isEqualTo("written in this order");
        waits.forEach(Outcomes::value);
    }

    @Test
    void drainOfACallback_whileATaskIsServed_countsWhatIsStillToBePassedOn() {
        MemoryPair other = MemoryStreams.pair(loop);
        List<CompletableFuture<Void>> drains = new ArrayList<>();
        loop.run(() -> whenDone(reader.readLine(), () -> {
            other.near().writer().write(new byte[1 << 20]);
            drains.add(other.near().writer().drain());
        }));
        Outcomes.value(start(() -> {
            writer.close();
            return 1;
        }));
        assertThat(drains).hasSize(1).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void relayThatATaskEnds_bringsItsBytesBeforeTheEnd() {
        MemoryPair other = MemoryStreams.pair(loop);
        feed("hello");
        CompletableFuture<Long> relayed = start(() -> {
            CompletableFuture<Long> relay = reader.relayTo(other.near().writer());
            reader.feedEof();
            return await(relay);
        });
        CompletableFuture<byte[]> all = other.far().reader().readAll(100);
        loop.runReady();
        assertThat(Outcomes.value(relayed)).isEqualTo(5);
        assertThat(Outcomes.text(all)).isEqualTo("hello");
    }

    private static void whenDone(CompletionStage<?> stage, Runnable action) {
        stage.whenComplete((result, failure) -> action.run());
    }

    /** The read is of a connection on a loop without a clock of its own, so the task's loop keeps the timeout. */
    @Test
    void deadlineOfALoopThatEnds_isKeptElsewhere() {
        ManualLoop ending = new ManualLoop();
        MemoryPair own = MemoryStreams.pair(ending);
        try (BackgroundLoop other = new BackgroundLoop()) {
            StreamReader silent = MemoryStreams.pair(other).near().reader();
            CompletableFuture<byte[]> task =
                    Await.onEventLoop(own.near(), () -> await(silent.readLine().orTimeout(20, TimeUnit.MILLISECONDS)));
            ending.runReady();
            ending.shutDown();
            assertThatThrownBy(() -> task.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(TimeoutException.class);
        }
    }

    /** A handler before the transport may write to another connection of the loop. */
    @Test
    void whatIsWrittenInsideAWrite_leavesItAlone() {
        Bench bench = new Bench();
        bench.loop.runReady();
        StreamConnection mirror = bench.connection;
        CompletableFuture<Void> task = Await.onEventLoop(bench.connection, () -> {
            bench.writer.write(bytes("one"));
            bench.wire.beforeCopy = () -> {
                bench.wire.beforeCopy = () -> {};
                mirror.writer().write(bytes("two"));
            };
        });
        bench.loop.runReady();
        Outcomes.value(task);
        assertThat(bench.wire.writtenText()).isEqualTo("onetwo");
    }

    @Test
    void threadThatATaskMakes_isOnItsLoop_andItsDeadlinesAreTheLoops() {
        CompletableFuture<Integer> timers = new CompletableFuture<>();
        CompletableFuture<Void> task = Await.onEventLoop(
                pair.near(),
                () -> HandlerThreads.VIRTUAL
                        .newThread(() -> {
                            CompletableFuture<byte[]> line = reader.readLine().orTimeout(1, TimeUnit.HOURS);
                            timers.complete(loop.timerCount());
                            line.cancel(false);
                        })
                        .start());
        loop.runReady();
        Outcomes.value(task);
        assertThat(Outcomes.value(timers)).isOne();
    }

    @Test
    void backgroundLoopThatIsClosed_leavesNobodyWaiting() {
        BackgroundLoop background = new BackgroundLoop();
        MemoryPair own = MemoryStreams.pair(background);
        CountDownLatch begun = new CountDownLatch(2);
        CompletableFuture<String> foreign = new CompletableFuture<>();
        CompletableFuture<byte[]> woken = Await.onEventLoop(own.near(), () -> {
            begun.countDown();
            await(foreign);
            return await(own.near().reader().readLine());
        });
        CompletableFuture<byte[]> late = Await.onEventLoop(own.near(), () -> {
            begun.countDown();
            return await(own.far().reader().readLine().orTimeout(20, TimeUnit.MILLISECONDS));
        });
        assertThatNoException().isThrownBy(begun::await);
        background.close();
        foreign.complete("too late");
        assertThatThrownBy(() -> woken.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(StreamBrokenException.class);
        assertThatThrownBy(() -> late.get(20, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfAny(TimeoutException.class, StreamBrokenException.class);
    }

    @Test
    void loopThatHasEnded_leavesNobodyWaiting() throws Exception {
        ManualLoop ending = new ManualLoop();
        MemoryPair own = MemoryStreams.pair(ending);
        CompletableFuture<String> foreign = new CompletableFuture<>();
        CompletableFuture<byte[]> task = Await.onEventLoop(own.near(), () -> {
            await(foreign);
            return await(own.near().reader().readLine());
        });
        ending.runReady();
        ending.shutDown();
        foreign.complete("too late");
        assertThatThrownBy(() -> task.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(StreamBrokenException.class);
        assertThatThrownBy(() -> Await.onEventLoop(own.near(), () -> 1).join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(StreamBrokenException.class);
    }

    @Test
    void cancellationOfAReadByAnotherThread_wakesTheTask() throws Exception {
        CompletableFuture<byte[]> read = loop.call(() -> reader.readLine());
        CompletableFuture<Boolean> task = start(() -> {
            try {
                await(read);
                return false;
            } catch (CancellationException e) {
                return true;
            }
        });
        CompletableFuture.runAsync(() -> read.cancel(false)).join();
        loop.runReady();
        assertThat(Outcomes.value(task)).isTrue();
    }
}
