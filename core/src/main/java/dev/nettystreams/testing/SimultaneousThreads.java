package dev.nettystreams.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** Several threads that run the same code at the same time. */
final class SimultaneousThreads {
    /** The code that each thread runs. */
    @FunctionalInterface
    interface Body {
        void run(int number) throws Exception;
    }

    private SimultaneousThreads() {}

    /** Starts all threads together and waits for them; fails with the failure of any of them. */
    static void run(int threadCount, Body body) throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(threadCount);
        List<CompletableFuture<Void>> outcomes = new ArrayList<>();
        for (int i = 0; i < threadCount; i++) {
            outcomes.add(start(i, gate, body));
        }
        for (CompletableFuture<Void> outcome : outcomes) {
            Expect.value(outcome);
        }
    }

    @SuppressWarnings("NullAway") // Void has no other value
    private static CompletableFuture<Void> start(int number, CountDownLatch gate, Body body) {
        CompletableFuture<Void> outcome = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        gate.countDown();
                        gate.await();
                        body.run(number);
                        outcome.complete(null);
                    } catch (Throwable e) { // becomes the failure of run()
                        outcome.completeExceptionally(e);
                    }
                },
                "simultaneous-" + number);
        thread.setDaemon(true);
        thread.start();
        return outcome;
    }
}
