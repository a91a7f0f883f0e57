package dev.nettystreams;

import dev.nettystreams.spi.CancelForwarding;
import dev.nettystreams.spi.LogLimit;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.StageFailures;
import java.lang.System.Logger.Level;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One subscription to the reads of a connection: a {@link Repeat} that reads while there is demand, and otherwise waits
 * for it. Without demand no read is pending, so the reader's buffer fills and the transport pauses.
 *
 * <pre>
 *   step --demand--> read --element--> onNext, and the next step
 *      |                 \--EOF------> onComplete
 *      |                 \--failure--> onError
 *      \--no demand--> wait until request() adds some
 * </pre>
 *
 * <p>All signals after {@code onSubscribe} come from the loop, so they are serial; the first step is taken when
 * {@code onSubscribe} has returned. {@code request} and {@code cancel} may be called on any thread: they write their
 * wish, and then wake the step that waits. The step publishes its wait, and then reads the wishes: one of the two sees
 * the other. A request inside {@code onNext} finds no waiting step and only adds to the demand, so nothing recurses.
 */
final class ReadSubscription<T> implements Flow.Subscription {
    private static final System.Logger LOGGER = System.getLogger("dev.nettystreams");
    private static final LogLimit LIMIT = new LogLimit(FailureReporter.LINES_PER_SECOND);
    private static final CompletableFuture<Boolean> END = CompletableFuture.completedFuture(false);

    private final Loop loop;
    private final Lines<T> elements;
    private final AtomicLong demand = new AtomicLong();
    private final CancelForwarding readCancellation = new CancelForwarding();

    private volatile boolean isCancelled;
    private volatile @Nullable IllegalArgumentException misuse;
    private volatile @Nullable CompletableFuture<Boolean> awaitedWish;

    /** Null after the end: a publisher must not hold a subscriber that has cancelled. On the loop. */
    private Flow.@Nullable Subscriber<? super T> subscriber;

    ReadSubscription(Loop loop, Lines<T> elements, Flow.Subscriber<? super T> subscriber) {
        this.loop = loop;
        this.elements = elements;
        this.subscriber = subscriber;
    }

    void begin() {
        tell(told -> told.onSubscribe(this));
        new Repeat(loop, this::step).begin().whenComplete((done, failure) -> end(failure));
    }

    // ---- any thread

    @Override
    public void request(long elementCount) {
        if (elementCount > 0) {
            demand.updateAndGet(former -> former + elementCount < 0 ? Long.MAX_VALUE : former + elementCount);
        } else {
            misuse = new IllegalArgumentException(
                    "elementCount <= 0 (non-positive subscription request): " + elementCount);
            readCancellation.cancel(false);
        }
        wake();
    }

    @Override
    public void cancel() {
        isCancelled = true;
        readCancellation.cancel(false);
        wake();
    }

    private void wake() {
        CompletableFuture<Boolean> waiting = awaitedWish;
        if (waiting != null) {
            waiting.complete(true);
        }
    }

    private boolean isCalledOff() {
        return isCancelled || misuse != null;
    }

    // ---- on the loop

    private CompletableFuture<Boolean> step() {
        if (isCalledOff()) {
            return END;
        }
        return demand.get() == 0 ? wish() : readCancellation.to(elements.read()).handle(this::settle);
    }

    private CompletableFuture<Boolean> wish() {
        CompletableFuture<Boolean> arrived = new CompletableFuture<>();
        awaitedWish = arrived;
        if (demand.get() > 0 || isCalledOff()) {
            arrived.complete(true);
        }
        return arrived;
    }

    /** Returns whether to go on. A read that was called off, on any thread, lets the next step end, on the loop. */
    private boolean settle(@Nullable T element, @Nullable Throwable failure) {
        if (failure != null) {
            if (isCalledOff() && failure instanceof CancellationException) {
                return true;
            }
            throw new CompletionException(failure);
        }
        if (element == null || elements.isEnd(element)) {
            return false;
        }
        demand.getAndUpdate(former -> former == Long.MAX_VALUE ? former : former - 1);
        tell(told -> told.onNext(element));
        return true;
    }

    private void end(@Nullable Throwable failure) {
        Throwable wrong = misuse;
        Throwable reason = wrong != null || failure == null ? wrong : StageFailures.unwrapped(failure);
        if (!isCancelled) {
            tell(reason == null ? Flow.Subscriber::onComplete : told -> told.onError(reason));
        }
        subscriber = null;
    }

    /** A subscriber that throws breaks the rules of reactive streams, and counts as cancelled from then on. */
    private void tell(Consumer<Flow.Subscriber<? super T>> signal) {
        Flow.Subscriber<? super T> told = subscriber;
        if (told == null) {
            return;
        }
        try {
            signal.accept(told);
        } catch (Throwable e) { // the exception must not reach the loop
            isCancelled = true;
            LIMIT.log(LOGGER, Level.WARNING, () -> "a subscriber threw, which cancelled its subscription", e);
        }
    }
}
