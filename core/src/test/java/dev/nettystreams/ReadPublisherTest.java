package dev.nettystreams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryOptions;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A reader as a publisher. {@link FlowTckTest} checks the rules of reactive streams; this, what is ours. */
class ReadPublisherTest {
    private final ManualLoop loop = new ManualLoop();
    private final MemoryPair pair = MemoryStreams.pair(loop);
    private final StreamReader reader = pair.near().reader();
    private final Signals<String> lines = new Signals<>();

    private void send(String text) {
        pair.far().writer().write(text, UTF_8);
        loop.runReady();
    }

    private Flow.Subscription subscribe() {
        reader.text(UTF_8).linePublisher().subscribe(lines);
        loop.runReady();
        return lines.subscription;
    }

    private String rest() {
        CompletableFuture<String> rest = reader.text(UTF_8).read(1000);
        loop.runReady();
        return rest.join();
    }

    @Test
    void element_isReadWhenItIsRequested_notBefore() {
        Flow.Subscription subscription = subscribe();
        send("one\ntwo\nthree\n");
        assertThat(lines.elements).isEmpty();
        subscription.request(2);
        loop.runReady();
        assertThat(lines.elements).containsExactly("one", "two");
        assertThat(rest()).isEqualTo("three\n"); // no read is pending without demand
    }

    @Test
    void request_beforeTheBytes_waitsForThem() {
        subscribe().request(1);
        send("half a ");
        assertThat(lines.elements).isEmpty();
        send("line\n");
        assertThat(lines.elements).containsExactly("half a line");
    }

    @Test
    void eof_completes_andTheConnectionStaysOpen() {
        subscribe().request(Long.MAX_VALUE);
        send("one\nlast");
        pair.far().writer().writeEof();
        loop.runReady();
        assertThat(lines.elements).containsExactly("one", "last");
        assertThat(lines.isComplete).isTrue();
        assertThat(pair.near().writer().isClosing()).isFalse();
    }

    @Test
    void chunks_areWhatReadReturns() {
        Signals<byte[]> chunks = new Signals<>();
        reader.asPublisher(3).subscribe(chunks);
        chunks.subscription.request(2);
        send("abcde");
        assertThat(chunks.elements).containsExactly("abc".getBytes(UTF_8), "de".getBytes(UTF_8));
        assertThatThrownBy(() -> reader.asPublisher(0)).hasMessage("byteCount < 1: 0");
    }

    @Test
    void slowSubscriber_pausesTheTransport() {
        StreamLimits limits = StreamLimits.DEFAULT.withReadLimit(1000);
        MemoryPair small = MemoryStreams.pair(
                loop, limits, MemoryOptions.DEFAULT.withCapacity(1000).withChunks(100));
        Signals<byte[]> chunks = new Signals<>();
        small.near().reader().asPublisher(500).subscribe(chunks);
        chunks.subscription.request(1);
        small.far().writer().write(new byte[1_000_000]);
        CompletableFuture<Void> flushed = small.far().writer().flush();
        loop.runReady();
        assertThat(chunks.elements).hasSize(1);
        assertThat(small.toNear().counts().deliveredBytes()).isLessThan(5000);
        assertThat(flushed).isNotDone();
        chunks.subscription.request(Long.MAX_VALUE);
        loop.runReady();
        assertThat(flushed).isCompleted();
    }

    @Test
    void lostConnection_isTheError_behindTheBytes() {
        subscribe().request(Long.MAX_VALUE);
        send("one\n");
        pair.far().abort();
        loop.runReady();
        assertThat(lines.elements).containsExactly("one");
        assertThat(lines.failure).isInstanceOf(StreamBrokenException.class);
    }

    @Test
    void overlongLine_isTheError_andStays() {
        MemoryPair small = MemoryStreams.pair(loop, StreamLimits.DEFAULT.withReadLimit(4), MemoryOptions.DEFAULT);
        small.near().reader().text(UTF_8).linePublisher().subscribe(lines);
        lines.subscription.request(1);
        small.far().writer().write("overlong\n", UTF_8);
        loop.runReady();
        assertThat(lines.failure).isInstanceOf(LimitOverrunException.class);
        CompletableFuture<byte[]> rest = small.near().reader().read(99);
        loop.runReady();
        assertThat(rest.join()).hasSize(9);
    }

    @Test
    void cancel_whileTheReadWaits_consumesNoByte() {
        Flow.Subscription subscription = subscribe();
        subscription.request(5);
        send("one\nhalf");
        subscription.cancel();
        send(" a line\n");
        assertThat(lines.elements).containsExactly("one");
        assertThat(lines.hasEnded()).isFalse();
        assertThat(rest()).isEqualTo("half a line\n");
    }

    @Test
    void cancel_insideOnNext_consumesNoByteMore() {
        Signals<String> first = new Signals<>() {
            @Override
            public void onNext(String line) {
                super.onNext(line);
                subscription.cancel();
            }
        };
        reader.text(UTF_8).linePublisher().subscribe(first);
        first.subscription.request(Long.MAX_VALUE);
        send("one\ntwo\n");
        assertThat(first.elements).containsExactly("one");
        assertThat(rest()).isEqualTo("two\n");
    }

    @Test
    void cancelledPublisher_isFollowedByAnother() {
        subscribe().cancel();
        Signals<String> next = new Signals<>();
        reader.text(UTF_8).linePublisher().subscribe(next);
        next.subscription.request(1);
        send("one\n");
        assertThat(next.elements).containsExactly("one");
    }

    @Test
    void secondSubscriber_isRefused_andTheFirstGoesOn() {
        Flow.Publisher<String> publisher = reader.text(UTF_8).linePublisher();
        publisher.subscribe(lines);
        lines.subscription.request(1);
        Signals<String> second = new Signals<>();
        publisher.subscribe(second);
        assertThat(second.failure).isInstanceOf(IllegalStateException.class).hasMessageContaining("one subscriber");
        Signals<String> third = new Signals<>() {
            @Override
            public void onSubscribe(Flow.Subscription given) {
                given.cancel();
            }
        };
        publisher.subscribe(third);
        assertThat(third.hasEnded()).isFalse();
        send("one\n");
        assertThat(lines.elements).containsExactly("one");
    }

    @Test
    void pendingRead_isTheError() {
        CompletableFuture<byte[]> read = reader.readLine();
        subscribe().request(1);
        loop.runReady();
        assertThat(lines.failure).isInstanceOf(ConcurrentReadException.class);
        send("one\n");
        assertThat(read.join()).asString(UTF_8).isEqualTo("one\n");
    }

    @Test
    void requestOfNothing_isTheError_onTheLoop_andConsumesNoByte() {
        Flow.Subscription subscription = subscribe();
        subscription.request(1);
        send("half");
        subscription.request(0);
        assertThat(lines.failure).isNull();
        loop.runReady();
        assertThat(lines.failure)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("elementCount <= 0 (non-positive subscription request): 0");
        assertThat(rest()).isEqualTo("half");
    }

    @Test
    void requestsThatOverflow_areUnbounded() {
        Flow.Subscription subscription = subscribe();
        subscription.request(Long.MAX_VALUE);
        subscription.request(Long.MAX_VALUE);
        send("one\ntwo\n");
        assertThat(lines.elements).containsExactly("one", "two");
    }

    @Test
    void subscriberThatThrows_countsAsCancelled() {
        Signals<String> throwing = new Signals<>() {
            @Override
            public void onNext(String line) {
                super.onNext(line);
                throw new IllegalStateException("a defect");
            }
        };
        reader.text(UTF_8).linePublisher().subscribe(throwing);
        throwing.subscription.request(9);
        send("one\ntwo\n");
        assertThat(throwing.elements).containsExactly("one");
        assertThat(throwing.hasEnded()).isFalse();
        assertThat(rest()).isEqualTo("two\n");
    }

    /** One request inside each element: neither the stack grows, nor does the loop serve nobody else. */
    @Test
    void requestInsideOnNext_doesNotRecurse_andYields() {
        AtomicInteger others = new AtomicInteger();
        Signals<byte[]> bytes = new Signals<>() {
            @Override
            public void onNext(byte[] chunk) {
                super.onNext(chunk);
                if (elements.size() == 1) {
                    loop.execute(() -> others.set(elements.size()));
                }
                subscription.request(1);
            }
        };
        reader.asPublisher(1).subscribe(bytes);
        bytes.subscription.request(1);
        pair.far().writer().write(new byte[50_000]);
        loop.runReady();
        assertThat(bytes.elements).hasSize(50_000);
        assertThat(others.get()).isBetween(1, 2000);
    }

    @Test
    void loopThatHasEnded_isTheError() {
        loop.shutDown();
        reader.text(UTF_8).linePublisher().subscribe(lines);
        assertThat(lines.failure).isInstanceOf(StreamBrokenException.class);
    }

    /** Signals are serial though the subscription is called on another thread, and no line is lost at a cancel. */
    @Test
    void cancelOnAnotherThread_losesNoLine() throws Exception {
        try (BackgroundLoop background = new BackgroundLoop()) {
            MemoryPair busy = MemoryStreams.pair(background);
            int count = 200;
            for (int i = 0; i < count; i++) {
                busy.far().writer().write(i + "\n", UTF_8);
            }
            List<String> all = new ArrayList<>();
            while (all.size() < count) {
                CompletableFuture<List<String>> ended = new CompletableFuture<>();
                Signals<String> some = new Signals<>() {
                    @Override
                    public void onNext(String line) {
                        assertThat(background.isCurrent()).isTrue();
                        super.onNext(line);
                    }
                };
                busy.near().reader().text(UTF_8).linePublisher().subscribe(some);
                some.subscription.request(3);
                some.subscription.request(4);
                some.subscription.cancel();
                background.execute(() -> background.execute(() -> ended.complete(List.copyOf(some.elements))));
                all.addAll(ended.get(20, TimeUnit.SECONDS));
                if (all.size() < count) {
                    all.add(busy.near().reader().text(UTF_8).readLine().get(20, TimeUnit.SECONDS));
                }
            }
            assertThat(all).startsWith("0", "1", "2").doesNotHaveDuplicates();
            for (int i = 0; i < all.size(); i++) {
                assertThat(all.get(i)).isEqualTo(Integer.toString(i));
            }
        }
    }
}
