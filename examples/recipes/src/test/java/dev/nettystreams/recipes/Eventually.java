package dev.nettystreams.recipes;

import java.util.function.BooleanSupplier;

/** Waits for something that no future tells. The deadline of the test interrupts the wait. */
final class Eventually {
    private Eventually() {}

    static void await(BooleanSupplier hasHappened) throws InterruptedException {
        while (!hasHappened.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("the deadline of the test has passed");
            }
            Thread.onSpinWait();
        }
    }
}
