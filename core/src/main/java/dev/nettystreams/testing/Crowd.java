package dev.nettystreams.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** Several threads that run the same code at the same time. */
final class Crowd {
    /** The code that each thread runs. */
    @FunctionalInterface
    interface Member {
        void run(int number) throws Exception;
    }

    private Crowd() {}

    /** Starts all threads together and waits for them; fails with the failure of any of them. */
    static void run(int size, Member member) throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(size);
        List<CompletableFuture<Void>> outcomes = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            outcomes.add(start(i, gate, member));
        }
        for (CompletableFuture<Void> outcome : outcomes) {
            Expect.value(outcome);
        }
    }

    @SuppressWarnings("NullAway") // Void has no other value
    private static CompletableFuture<Void> start(int number, CountDownLatch gate, Member member) {
        CompletableFuture<Void> outcome = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        gate.countDown();
                        gate.await();
                        member.run(number);
                        outcome.complete(null);
                    } catch (Throwable e) { // becomes the failure of run()
                        outcome.completeExceptionally(e);
                    }
                },
                "crowd-" + number);
        thread.setDaemon(true);
        thread.start();
        return outcome;
    }
}
