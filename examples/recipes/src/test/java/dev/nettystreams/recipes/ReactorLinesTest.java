package dev.nettystreams.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.WriterSubscriber;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** Project Reactor over the streams. */
@Timeout(60)
class ReactorLinesTest {
    private final NettyStreams streams = NettyStreams.create();

    @AfterEach
    void close() {
        streams.close();
    }

    private StreamConnection connection() throws Exception {
        int port = ReactorLines.start(streams, 0).get(20, TimeUnit.SECONDS).port();
        return streams.openConnection("127.0.0.1", port).get(20, TimeUnit.SECONDS);
    }

    @Test
    void program_runs() throws Exception {
        assertThat(Printed.by(() -> ReactorLines.main(new String[0]))).containsExactly("HELLO, REACTOR");
    }

    @Test
    void firstLine_getsThrough_andTheSecondStaysInTheReader() throws Exception {
        try (StreamConnection connection = connection()) {
            assertThat(ReactorLines.firstReply(connection, Flux.just("one", "two")))
                    .isEqualTo("ONE");
            assertThat(connection.reader().text(UTF_8).readLine().get(20, TimeUnit.SECONDS))
                    .isEqualTo("TWO");
        }
    }

    /** Elements from other threads, more than the buffers hold, and each arrives, in order. */
    @Test
    void manyLines_fromASchedulersThreads_arriveInOrder() throws Exception {
        int count = 20_000;
        try (StreamConnection connection = connection()) {
            WriterSubscriber sent = connection.writer().asSubscriber();
            Flux<byte[]> lines = Flux.range(0, count)
                    .publishOn(Schedulers.parallel())
                    .map(number -> ("line " + number + "\n").getBytes(UTF_8));
            JdkFlowAdapter.publisherToFlowPublisher(lines).subscribe(sent);
            long inOrder = JdkFlowAdapter.flowPublisherToFlux(
                            connection.reader().text(UTF_8).linePublisher())
                    .take(count)
                    .index()
                    .filter(line -> line.getT2().equals("LINE " + line.getT1()))
                    .count()
                    .toFuture()
                    .get(20, TimeUnit.SECONDS);
            assertThat(inOrder).isEqualTo(count);
            assertThat(sent.completion().get(20, TimeUnit.SECONDS)).isGreaterThan(count * 7L);
        }
    }

    /** A peer that reads nothing: an endless pipeline stands still when the buffers are full, and goes on later. */
    @Test
    void slowPeer_stopsThePipeline() {
        ManualLoop loop = new ManualLoop();
        MemoryPair pair = MemoryStreams.pair(loop);
        AtomicLong made = new AtomicLong();
        Flux<byte[]> endless = Flux.generate(sink -> {
            made.incrementAndGet();
            sink.next(new byte[10_000]);
        });
        WriterSubscriber sent = pair.near().writer().asSubscriber();
        JdkFlowAdapter.publisherToFlowPublisher(endless).subscribe(sent);
        loop.runReady();
        long madeAtFirst = made.get();
        assertThat(madeAtFirst * 10_000).isBetween(60_000L, 500_000L);
        pair.far().reader().readExactly(1_000_000);
        loop.runReady();
        assertThat((made.get() - madeAtFirst) * 10_000).isBetween(600_000L, 1_500_000L);
        assertThat(sent.completion()).isNotDone();
        pair.near().abort();
        loop.runReady();
        assertThat(sent.completion()).isCompletedExceptionally();
    }

    @Test
    void failedPipeline_abortsTheConnection() throws Exception {
        try (StreamConnection connection = connection()) {
            WriterSubscriber sent = connection.writer().asSubscriber();
            IOException defect = new IOException("a defect");
            Flux<byte[]> failing = Flux.concat(Flux.just("one\n".getBytes(UTF_8)), Flux.error(defect));
            JdkFlowAdapter.publisherToFlowPublisher(failing).subscribe(sent);
            assertThatThrownBy(() -> sent.completion().get(20, TimeUnit.SECONDS))
                    .hasCause(defect);
            assertThat(connection.writer().isClosing()).isTrue();
        }
    }
}
