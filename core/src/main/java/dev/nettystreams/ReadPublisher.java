package dev.nettystreams;

import dev.nettystreams.spi.Loop;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One kind of read, repeated until EOF, as a publisher for one subscriber: a byte goes to one of several subscribers at
 * most, so a second one is refused. Any thread.
 */
final class ReadPublisher<T> implements Flow.Publisher<T> {
    private final Loop loop;
    private final Lines<T> elements;
    private final AtomicBoolean isTaken = new AtomicBoolean();

    ReadPublisher(Loop loop, Lines<T> elements) {
        this.loop = loop;
        this.elements = elements;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super T> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        if (isTaken.compareAndSet(false, true)) {
            new ReadSubscription<>(loop, elements, subscriber).begin();
        } else {
            new Refusal().tell(subscriber);
        }
    }

    /** The subscription of a second subscriber: it only tells whether the subscriber still wants the error. */
    private static final class Refusal implements Flow.Subscription {
        private volatile boolean isCancelled;

        void tell(Flow.Subscriber<?> subscriber) {
            subscriber.onSubscribe(this);
            if (!isCancelled) {
                subscriber.onError(new IllegalStateException("subscribe() called twice: each byte goes to one"
                        + " subscriber, so a publisher of a reader has one"));
            }
        }

        @Override
        public void request(long elementCount) {}

        @Override
        public void cancel() {
            isCancelled = true;
        }
    }
}
