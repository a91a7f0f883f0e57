package dev.nettystreams;

import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A subscription whose calls are made one at a time, and never inside one another: a publisher may send elements from
 * inside {@code request}, and the next request is then made when that call has returned. Any thread.
 */
final class SerialSubscription {
    private final Flow.Subscription target;
    private final AtomicInteger dueCalls = new AtomicInteger();
    private final AtomicInteger dueElements = new AtomicInteger();
    private volatile boolean isCancelDue;
    private boolean isCancelled; // written by the thread that makes the calls

    SerialSubscription(Flow.Subscription target) {
        this.target = target;
    }

    void requestOne() {
        dueElements.incrementAndGet();
        makeCalls();
    }

    void cancel() {
        isCancelDue = true;
        makeCalls();
    }

    /** A thread that finds another one, or itself, in a call leaves its own call to it. */
    private void makeCalls() {
        if (dueCalls.getAndIncrement() > 0) {
            return;
        }
        int made = 1;
        do {
            call();
            made = dueCalls.addAndGet(-made);
        } while (made > 0);
    }

    private void call() {
        int elements = dueElements.getAndSet(0);
        if (isCancelled) {
            return;
        }
        if (isCancelDue) {
            isCancelled = true;
            target.cancel();
        } else if (elements > 0) {
            target.request(elements);
        }
    }
}
