package dev.nettystreams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** A writer as a subscriber. {@link FlowTckTest} checks the rules of reactive streams; this, what is ours. */
class WriterSubscriberTest {
    private final ManualLoop loop = new ManualLoop();
    private final MemoryPair pair = MemoryStreams.pair(loop);
    private final WriterSubscriber subscriber = pair.near().writer().asSubscriber();
    private final Source source = new Source();

    /** A subscription that counts, and may send from inside {@code request}. */
    private static class Source implements Flow.Subscription {
        long requested;
        int cancelled;

        @Override
        public void request(long elementCount) {
            requested += elementCount;
        }

        @Override
        public void cancel() {
            cancelled++;
        }
    }

    private String received() {
        CompletableFuture<String> text = pair.far().reader().text(UTF_8).read(1000);
        loop.runReady();
        return text.join();
    }

    @Test
    void elements_areWritten_oneRequestForEach() {
        subscriber.onSubscribe(source);
        assertThat(source.requested).isEqualTo(1);
        subscriber.onNext("one ".getBytes(UTF_8));
        loop.runReady();
        assertThat(source.requested).isEqualTo(2);
        subscriber.onNext("two".getBytes(UTF_8));
        loop.runReady();
        assertThat(received()).isEqualTo("one two");
    }

    @Test
    void complete_tellsWhenAllIsSent_andLeavesTheOutputOpen() {
        pair.toFar().stall();
        subscriber.onSubscribe(source);
        subscriber.onNext(new byte[100_000]);
        subscriber.onComplete();
        loop.runReady();
        assertThat(subscriber.completion()).isNotDone();
        pair.toFar().release();
        CompletableFuture<byte[]> all = pair.far().reader().readExactly(100_000);
        loop.runReady();
        assertThat(all).isCompleted();
        assertThat(subscriber.completion()).isCompletedWithValue(100_000L);
        assertThat(source.cancelled).isZero();

        WriterSubscriber next = pair.near().writer().asSubscriber();
        next.onSubscribe(new Source());
        next.onNext("next".getBytes(UTF_8));
        next.onComplete();
        assertThat(received()).isEqualTo("next");
        assertThat(next.completion()).isCompletedWithValue(4L);
    }

    @Test
    void slowPeer_getsNoFurtherRequest() {
        pair.toFar().stall();
        subscriber.onSubscribe(source);
        subscriber.onNext(new byte[1_000_000]);
        loop.runReady();
        assertThat(source.requested).isEqualTo(1);
        pair.toFar().release();
        pair.far().reader().readExactly(1_000_000);
        loop.runReady();
        assertThat(source.requested).isEqualTo(2);
    }

    @Test
    void error_abortsTheConnection() {
        subscriber.onSubscribe(source);
        subscriber.onNext("half".getBytes(UTF_8));
        IOException defect = new IOException("a defect");
        subscriber.onError(defect);
        CompletableFuture<byte[]> all = pair.far().reader().readAll(1000);
        loop.runReady();
        assertThat(pair.near().writer().isClosing()).isTrue();
        assertThat(all).isCompletedExceptionally();
        assertThatThrownBy(subscriber.completion()::join).hasCause(defect);
        assertThat(source.cancelled).isZero();
    }

    @Test
    void lostConnection_cancels_alsoAnIdlePublisher() {
        subscriber.onSubscribe(source);
        pair.far().abort();
        loop.runReady();
        assertThat(source.cancelled).isEqualTo(1);
        assertThatThrownBy(subscriber.completion()::join).hasCauseInstanceOf(StreamBrokenException.class);
        subscriber.onNext("late".getBytes(UTF_8));
        subscriber.onError(new IOException("late"));
        assertThat(source.cancelled).isEqualTo(1);
    }

    @Test
    void closedConnection_cancels() {
        subscriber.onSubscribe(source);
        pair.near().close();
        subscriber.onNext("late".getBytes(UTF_8));
        assertThat(source.cancelled).isEqualTo(1);
        assertThatThrownBy(subscriber.completion()::join).hasCauseInstanceOf(StreamClosedException.class);

        WriterSubscriber idle = pair.far().writer().asSubscriber();
        Source idleSource = new Source();
        idle.onSubscribe(idleSource);
        pair.far().close();
        loop.runReady();
        assertThat(idleSource.cancelled).isEqualTo(1);
        assertThatThrownBy(idle.completion()::join).hasCauseInstanceOf(StreamClosedException.class);
    }

    @Test
    void cancelledCompletion_cancelsTheSubscription_andNothingElse() {
        subscriber.onSubscribe(source);
        subscriber.onNext("one".getBytes(UTF_8));
        subscriber.completion().cancel(false);
        assertThat(source.cancelled).isEqualTo(1);
        subscriber.onNext("two".getBytes(UTF_8));
        subscriber.onComplete();
        pair.near().writer().write("three", UTF_8);
        assertThat(received()).isEqualTo("onethree");
        assertThatThrownBy(subscriber.completion()::join).isInstanceOf(CancellationException.class);
    }

    @Test
    void cancelledBeforeTheSubscription_cancelsIt() {
        subscriber.completion().cancel(false);
        subscriber.onSubscribe(source);
        assertThat(source.cancelled).isEqualTo(1);
        assertThat(source.requested).isZero();
    }

    @Test
    void secondSubscription_isCancelled() {
        subscriber.onSubscribe(source);
        Source second = new Source();
        subscriber.onSubscribe(second);
        assertThat(second.cancelled).isEqualTo(1);
        assertThat(source.cancelled).isZero();
    }

    /** A publisher that sends from inside request. */
    @Test
    void elementsInsideRequest_doNotRecurse() {
        int count = 100_000;
        pair.far().reader().readAll(count);
        Flow.Subscription synchronous = new Source() {
            private boolean isInside;

            @Override
            public void request(long elementCount) {
                assertThat(isInside).as("request() inside request()").isFalse();
                isInside = true;
                requested += elementCount;
                if (requested <= count) {
                    subscriber.onNext(new byte[1]);
                } else {
                    subscriber.onComplete();
                }
                isInside = false;
            }
        };
        loop.runReady();
        loop.run(() -> subscriber.onSubscribe(synchronous));
        loop.runReady();
        assertThat(subscriber.completion()).isCompletedWithValue((long) count);
    }

    @Test
    void writeDuringStartTls_cancels() {
        subscriber.onSubscribe(source);
        pair.near().writer().startTls(new ToyTls(LeftoverPolicy.REFUSE));
        subscriber.onNext("plain".getBytes(UTF_8));
        assertThat(source.cancelled).isEqualTo(1);
        assertThatThrownBy(subscriber.completion()::join).hasCauseInstanceOf(IllegalStateException.class);
    }

    /** A reader's lines, by its own publisher, into another connection's writer. */
    @Test
    void publisherOfAReader_intoAWriter() {
        MemoryPair other = MemoryStreams.pair(loop);
        other.near().reader().linePublisher().subscribe(subscriber);
        other.far().writer().write("one\ntwo\n", UTF_8);
        other.far().writer().writeEof();
        assertThat(received()).isEqualTo("one\ntwo\n");
        assertThat(subscriber.completion()).isCompletedWithValue(8L);
    }
}
