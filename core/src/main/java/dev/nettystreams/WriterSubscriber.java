package dev.nettystreams;

import dev.nettystreams.spi.StageFailures;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Writes the elements of a publisher: {@link StreamWriter#asSubscriber}.
 *
 * <p>Requests one element, writes it, waits for {@code drain}, and requests the next: the publisher is never more than
 * one element ahead of a slow peer.
 *
 * <ul>
 * <li>{@code onComplete} flushes, and leaves the output open: one writer may take the elements of several publishers in
 *     turn, such as one for each reply. To end the output behind the last one, call {@link StreamWriter#writeEof} when
 *     {@link #completion} is done.
 * <li>{@code onError} {@linkplain StreamWriter#abort aborts} the connection, so that no peer takes half a message for a
 *     whole one.
 * <li>The end of the connection, by either side, cancels the subscription.
 * </ul>
 *
 * <p>A subscriber serves one publisher; it cancels the subscription of another one. The program must not write to the
 * same writer meanwhile, unless it accepts its bytes between two elements. Any thread may send signals, one at a time.
 */
public final class WriterSubscriber implements Flow.Subscriber<byte[]> {
    private final StreamWriter writer;
    private final CompletableFuture<Long> completion;
    private final AtomicReference<@Nullable SerialSubscription> upstream = new AtomicReference<>();
    private volatile boolean hasUpstreamEnded;
    private long writtenByteCount; // signals come one at a time

    WriterSubscriber(StreamWriter writer) {
        this.writer = writer;
        this.completion = StreamFuture.of(writer.core.loop);
        completion.whenComplete((byteCount, failure) -> cancelUpstream());
    }

    /** Ends the subscription with the connection: a publisher that sends nothing would not find out by writing. */
    private void watchConnection() {
        CompletableFuture<Void> closed = writer.waitClosed();
        closed.whenComplete((gone, failure) -> completion.completeExceptionally(
                failure == null
                        ? new StreamClosedException("close() called before the publisher had completed")
                        : StageFailures.unwrapped(failure)));
        completion.whenComplete((byteCount, failure) -> closed.cancel(false));
    }

    /**
     * Tells when everything is sent, or why not.
     *
     * <p>Completes when the publisher has completed and the operating system has taken every byte. Fails with the
     * exception of the publisher's {@code onError}, or with that of a failed {@code write}, {@code drain},
     * {@code flush} or {@code waitClosed}. Cancelling it, or a timeout ({@code orTimeout}), cancels the subscription;
     * the elements written by then stay written, and the connection stays open.
     *
     * @return the same future every time; completes with the number of bytes written
     */
    public CompletableFuture<Long> completion() {
        return completion;
    }

    /**
     * Requests the first element.
     *
     * @param subscription the subscription; cancelled if this subscriber has had one before
     */
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        SerialSubscription serial = new SerialSubscription(Objects.requireNonNull(subscription, "subscription"));
        if (!upstream.compareAndSet(null, serial)) {
            subscription.cancel();
        } else if (completion.isDone()) { // cancelled before it began
            serial.cancel();
        } else {
            watchConnection();
            serial.requestOne();
        }
    }

    /**
     * Writes an element, and requests the next one when the write buffer has room.
     *
     * @param bytes the bytes to write; the publisher may change the array afterwards
     */
    @Override
    public void onNext(byte[] bytes) {
        Objects.requireNonNull(bytes, "bytes");
        if (completion.isDone()) {
            return; // on its way when the subscription was cancelled
        }
        try {
            writer.write(bytes);
        } catch (IllegalStateException e) { // closed, or during startTls or writeFile
            completion.completeExceptionally(e);
            return;
        }
        writtenByteCount += bytes.length;
        writer.drain().whenComplete((drained, failure) -> {
            if (failure == null) {
                requestNext();
            } else {
                completion.completeExceptionally(StageFailures.unwrapped(failure));
            }
        });
    }

    /**
     * Aborts the connection: the peer must not take what it has for the whole.
     *
     * @param failure the publisher's failure
     */
    @Override
    public void onError(Throwable failure) {
        Objects.requireNonNull(failure, "failure");
        hasUpstreamEnded = true;
        if (completion.completeExceptionally(failure)) {
            writer.abort();
        }
    }

    /** Flushes, and leaves the output open. */
    @Override
    public void onComplete() {
        hasUpstreamEnded = true;
        if (completion.isDone()) {
            return;
        }
        long byteCount = writtenByteCount;
        writer.flush().whenComplete((flushed, failure) -> {
            if (failure == null) {
                completion.complete(byteCount);
            } else {
                completion.completeExceptionally(StageFailures.unwrapped(failure));
            }
        });
    }

    private void requestNext() {
        SerialSubscription requested = upstream.get();
        if (requested != null && !hasUpstreamEnded) {
            requested.requestOne();
        }
    }

    private void cancelUpstream() {
        SerialSubscription cancelled = upstream.get();
        if (cancelled != null && !hasUpstreamEnded) {
            cancelled.cancel();
        }
    }

    /** Returns the writer, and whether everything is sent. */
    @Override
    public String toString() {
        return "WriterSubscriber[" + writer + (completion.isDone() ? ", done]" : "]");
    }
}
