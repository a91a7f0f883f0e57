package dev.nettystreams;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;

/** A subscriber that writes down what it is told, and requests what a test asks for. For one thread at a time. */
class Signals<T> implements Flow.Subscriber<T> {
    final List<T> elements = new ArrayList<>();
    Flow.Subscription subscription;
    Throwable failure;
    boolean isComplete;

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
    }

    @Override
    public void onNext(T element) {
        elements.add(element);
    }

    @Override
    public void onError(Throwable reason) {
        failure = reason;
    }

    @Override
    public void onComplete() {
        isComplete = true;
    }

    boolean hasEnded() {
        return isComplete || failure != null;
    }
}
