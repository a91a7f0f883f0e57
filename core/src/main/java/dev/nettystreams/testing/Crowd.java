package dev.nettystreams.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** Several threads that do the same at the same time. */
final class Crowd {
    /** What each of them does. */
    @FunctionalInterface
    interface Member {
        void run(int number) throws Exception;
    }

    private Crowd() {}

    /** Runs them, all starting together, and waits; fails with what any of them fails with. */
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
                    } catch (Throwable e) { // becomes the crowd's failure
                        outcome.completeExceptionally(e);
                    }
                },
                "crowd-" + number);
        thread.setDaemon(true);
        thread.start();
        return outcome;
    }
}
