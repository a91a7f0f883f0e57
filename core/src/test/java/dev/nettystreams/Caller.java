package dev.nettystreams;

import dev.nettystreams.AllocationBench.Arrival;
import dev.nettystreams.support.AllocatedBytes;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * The thread that calls an operation whose allocated bytes are counted. The loop is a manual one, which the test's
 * thread runs, so that one count has both sides.
 */
enum Caller {
    /** The loop's own thread, with callbacks. */
    LOOP {
        @Override
        long medianByteCount(AllocationBench bench) {
            Runnable call = bench::call;
            return medianOf(bench, () -> bench.loop.run(call));
        }
    },
    /** A thread that the loop carries. */
    CARRIED {
        @Override
        long medianByteCount(AllocationBench bench) {
            return new Carried(bench).medianOfRounds();
        }
    },
    /** Any thread but the loop's: the test's own, outside the loop's tasks. */
    ELSEWHERE {
        @Override
        long medianByteCount(AllocationBench bench) {
            return medianOf(bench, bench::call);
        }
    };

    private static final int ROUNDS = 40;

    /** Returns the callers that this JVM has. */
    static Stream<Caller> all() {
        return Arrays.stream(values()).filter(caller -> caller != CARRIED || Await.isOnEventLoopAvailable());
    }

    /** Makes an operation many times; returns how many bytes it and its bytes' arrival allocate: the median. */
    abstract long medianByteCount(AllocationBench bench);

    private static long medianOf(AllocationBench bench, Runnable call) {
        AllocatedBytes allocated = AllocatedBytes.ofCaller();
        long[] byRound = new long[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            bench.prepare();
            long before = allocated.soFar();
            bench.arriveIf(Arrival.BEFORE_THE_CALL);
            call.run();
            bench.arriveIf(Arrival.BEHIND_THE_CALL);
            bench.loop.runReady();
            byRound[i] = allocated.since(before);
            bench.finish();
        }
        return AllocatedBytes.median(byRound);
    }

    /** The program of a carried thread, which counts each operation from the moment when the loop lets it go on. */
    private static final class Carried {
        private final AllocationBench bench;
        private final AllocatedBytes allocated = AllocatedBytes.ofCaller(); // of the carrier
        private CompletableFuture<Void> next = new CompletableFuture<>();
        private long arrivalByteCount;
        private final long[] byRound = new long[ROUNDS];
        private int round;
        private boolean isOver;

        Carried(AllocationBench bench) {
            this.bench = bench;
        }

        private long medianOfRounds() {
            CompletableFuture<Void> program = Await.onEventLoop(bench.connection, this::run);
            bench.loop.runReady();
            for (int i = 0; i < ROUNDS; i++) {
                bench.prepare();
                long before = allocated.soFar();
                bench.arriveIf(Arrival.BEFORE_THE_CALL);
                arrivalByteCount = allocated.since(before);
                goOn();
                bench.arriveIf(Arrival.BEHIND_THE_CALL);
                bench.finish();
            }
            isOver = true;
            goOn();
            Outcomes.value(program);
            return AllocatedBytes.median(byRound);
        }

        /** Lets the thread make the next operation, until it parks. */
        private void goOn() {
            CompletableFuture<Void> current = next;
            next = new CompletableFuture<>();
            bench.loop.run(() -> current.complete(null));
            bench.loop.runReady();
        }

        private void run() throws Exception {
            while (true) {
                Await.await(next);
                if (isOver) {
                    return;
                }
                long before = allocated.soFar();
                bench.call();
                Await.await(bench.result());
                byRound[round++] = arrivalByteCount + allocated.since(before);
            }
        }
    }
}
