package dev.nettystreams.carrier;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Continuations that threads outside the loop have made ready, until the loop fetches them. One task of the loop
 * fetches all that have arrived.
 */
final class Arrivals {
    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isTaskPending = new AtomicBoolean();

    /** Adds a continuation. Returns true if the caller must submit the task that fetches it. Any thread. */
    boolean add(Runnable continuation) {
        queue.add(continuation);
        return isTaskPending.compareAndSet(false, true);
    }

    /** Called if the task could not be submitted: the next arrival must submit one. */
    void taskWasLost() {
        isTaskPending.set(false);
    }

    /** Called in the task. Clears the flag first, so that an arrival that this task misses leads to another task. */
    void fetch(Consumer<Runnable> receiver) {
        isTaskPending.set(false);
        drain(receiver);
    }

    /** Removes all continuations. Any thread, if the loop has ended. */
    void drain(Consumer<Runnable> receiver) {
        for (Runnable next; (next = queue.poll()) != null; ) {
            receiver.accept(next);
        }
    }
}
