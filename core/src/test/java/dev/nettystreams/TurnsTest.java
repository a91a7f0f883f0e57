package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A4: ten million operations that complete at once neither overflow the stack nor starve the loop. */
class TurnsTest {
    private static final int STEPS = 10_000_000;

    /** Steps that are slow: much deeper than a stack. */
    private static final int SLOW_STEPS = 1_000_000;

    private final Bench bench = new Bench();
    private int left = STEPS;

    /** A line that is always available: read, and fed again before the next read. */
    private CompletableFuture<Boolean> readAndRefill() {
        return bench.reader.readLine().thenApply(line -> {
            bench.wire.events().dataReceived(bench.wire.chunk(line));
            return --left > 0;
        });
    }

    private CompletableFuture<Void> readByRecursion() {
        return bench.reader.readLine().thenCompose(line -> --left > 0 ? readByRecursion() : bench.writer.drain());
    }

    private CompletableFuture<Void> drainByRecursion() {
        return bench.writer.drain().thenCompose(done -> --left > 0 ? drainByRecursion() : bench.writer.drain());
    }

    @Test
    void repeat_drains() {
        assertFinishes(() -> bench.connection.repeat(() -> bench.writer.drain().thenApply(done -> --left > 0)));
    }

    @Test
    void repeat_emptyReads() {
        assertFinishes(() -> bench.connection.repeat(() -> bench.reader.read(0).thenApply(none -> --left > 0)));
    }

    @Test
    void repeat_linesAtEof() {
        bench.wire.eof();
        assertFinishes(
                () -> bench.connection.repeat(() -> bench.reader.readLine().thenApply(none -> --left > 0)));
    }

    @Test
    void recursion_linesAtEof() {
        left = SLOW_STEPS;
        bench.wire.eof();
        assertFinishes(this::readByRecursion);
    }

    @Test
    void recursion_drains() {
        left = SLOW_STEPS;
        assertFinishes(this::drainByRecursion);
    }

    @Test
    void isDoneLoop_endsByItself() {
        bench.wire.eof();
        IntFunction<CompletableFuture<?>> operations = i -> i % 2 == 0 ? bench.writer.drain() : bench.reader.readLine();
        int turns = 0;
        while (left > 0) {
            CompletableFuture<?> last = bench.callOnLoop(() -> loopWhileDone(operations));
            assertThat(last).isNotDone();
            bench.loop.runReady();
            assertThat(last).isCompleted();
            turns++;
        }
        assertThat(turns).isGreaterThan(STEPS / Turns.STEPS_PER_TURN / 2);
    }

    private CompletableFuture<?> loopWhileDone(IntFunction<CompletableFuture<?>> operations) {
        CompletableFuture<?> operation;
        int steps = 0;
        do {
            operation = operations.apply(steps);
            steps++;
            left--;
        } while (operation.isDone());
        assertThat(steps).isLessThanOrEqualTo(Turns.STEPS_PER_TURN + 1);
        return operation;
    }

    /** A new turn has all of its steps, whichever operation asked for it. */
    @Test
    void operationThatAskedForATurn_leavesTheStepsOfThatTurn() {
        bench.wire.eof();
        IntFunction<CompletableFuture<?>> drains = i -> bench.writer.drain();
        IntFunction<CompletableFuture<?>> lines = i -> bench.reader.readLine();
        for (IntFunction<CompletableFuture<?>> operations : List.of(drains, lines)) {
            for (int turn = 0; turn < 3; turn++) {
                left = Turns.STEPS_PER_TURN;
                assertThat(bench.callOnLoop(() -> loopWhileDone(operations))).isNotDone();
                bench.loop.runReady();
                assertThat(left).as("steps left of turn %s", turn).isLessThanOrEqualTo(0);
            }
        }
    }

    /** The loop serves its other connections after a few hundred steps that complete at once. */
    @Test
    void repeat_givesItsLoopATurn_everyFewHundredSteps() {
        int steps = 3000;
        int[] done = {0};
        CompletableFuture<Void> over =
                bench.connection.repeat(() -> CompletableFuture.completedFuture(++done[0] < steps));
        int most = 0;
        for (int before = 0; bench.loop.runOne(); before = done[0]) {
            most = Math.max(most, done[0] - before);
        }
        Outcomes.value(over);
        assertThat(done[0]).isEqualTo(steps);
        assertThat(most).isPositive().isLessThanOrEqualTo(Turns.STEPS_PER_TURN);
    }

    /** Lines that are really buffered, each fed by the callback of the line before. */
    @Test
    void repeat_linesThatAreThere() {
        left = SLOW_STEPS;
        bench.wire.feed("line\n");
        assertFinishes(() -> bench.connection.repeat(this::readAndRefill));
    }

    @Test
    void secondConnection_getsItsTurn() {
        ManualLoop loop = new ManualLoop();
        MemoryPair busy = MemoryStreams.pair(loop);
        MemoryPair other = MemoryStreams.pair(loop);
        loop.runReady();
        boolean[] busyGoesOn = {true};
        CompletableFuture<Void> busyness =
                busy.near().repeat(() -> busy.near().writer().drain().thenApply(done -> busyGoesOn[0]));
        CompletableFuture<byte[]> read = other.near().reader().read(1);
        other.far().writer().write(Latin1.bytes("x"));
        int tasks = 0;
        while (!read.isDone()) {
            assertThat(loop.runOne()).isTrue();
            assertThat(++tasks)
                    .as("tasks until the other connection had its answer")
                    .isLessThan(100);
        }
        busyGoesOn[0] = false;
        loop.runReady();
        Outcomes.value(busyness);
    }

    private void assertFinishes(Supplier<CompletableFuture<Void>> program) {
        CompletableFuture<Void> finished = bench.callOnLoop(program::get);
        bench.loop.runReady();
        Outcomes.value(finished);
        assertThat(left).isZero();
    }
}
