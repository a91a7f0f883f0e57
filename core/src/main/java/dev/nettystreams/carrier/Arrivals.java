package dev.nettystreams.carrier;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Continuations that other threads have made ready, on their way to the loop. One task of the loop fetches as many as
 * have come.
 */
final class Arrivals {
    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isTaskPending = new AtomicBoolean();

    /** Any thread. Returns true if the caller must submit the task that fetches. */
    boolean add(Runnable continuation) {
        queue.add(continuation);
        return isTaskPending.compareAndSet(false, true);
    }

    /** The task could not be submitted: the next arrival tries again. */
    void taskWasLost() {
        isTaskPending.set(false);
    }

    /** In the task. The flag goes first, so that an arrival which the task misses asks for another. */
    void fetch(Consumer<Runnable> receiver) {
        isTaskPending.set(false);
        drain(receiver);
    }

    /** Any thread, when the loop has ended. */
    void drain(Consumer<Runnable> receiver) {
        for (Runnable next; (next = queue.poll()) != null; ) {
            receiver.accept(next);
        }
    }
}
