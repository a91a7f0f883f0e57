package dev.nettystreams.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.spi.Chunk;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The faults on demand, and W7: the memory that a slow peer costs. */
class MemoryWireTest {
    private final ManualLoop loop = new ManualLoop();

    @Test
    void stalledWire_movesNothing_untilReleased() {
        MemoryPair pair = pair(MemoryOptions.DEFAULT);
        pair.toFar().stall();
        pair.near().writer().write(ascii("data"));
        CompletableFuture<Void> flushed = pair.near().writer().flush();
        CompletableFuture<byte[]> read = pair.far().reader().read(9);
        loop.runReady();
        assertThat(flushed).isNotDone();
        assertThat(read).isNotDone();
        pair.toFar().release();
        loop.runReady();
        assertThat(flushed).isCompleted();
        assertThat(read.join()).asString().isEqualTo("data");
    }

    @Test
    void dropAfter_resetsBothEnds_behindThatByte() {
        MemoryPair pair = pair(MemoryOptions.DEFAULT);
        pair.toFar().dropAfter(3);
        pair.near().writer().write(ascii("data"));
        loop.runReady();
        assertThat(read(pair)).isEqualTo("dat");
        CompletableFuture<byte[]> broken = pair.far().reader().read(9);
        CompletableFuture<Void> near = pair.near().waitClosed();
        CompletableFuture<Void> far = pair.far().waitClosed();
        loop.runReady();
        for (CompletableFuture<?> each : new CompletableFuture<?>[] {broken, near, far}) {
            assertThatThrownBy(each::join).hasCauseInstanceOf(StreamBrokenException.class);
        }
    }

    @Test
    void truncateAfter_looksLikeAnEnd_andTheSenderDoesNotNotice() {
        MemoryPair pair = pair(MemoryOptions.DEFAULT);
        pair.toFar().truncateAfter(3);
        pair.near().writer().write(ascii("data"));
        CompletableFuture<Void> flushed = pair.near().writer().flush();
        loop.runReady();
        assertThat(flushed).isCompleted();
        assertThat(read(pair)).isEqualTo("dat");
        assertThat(read(pair)).isEmpty();
        assertThat(pair.far().reader().atEof()).isTrue();
    }

    /** C3: a reset is noticed even while reading is paused. */
    @Test
    void drop_isNoticedWhilePaused() {
        MemoryPair pair = MemoryStreams.pair(loop, StreamLimits.DEFAULT.withReadLimit(4), MemoryOptions.DEFAULT);
        pair.near().writer().write(ascii("0123456789"));
        loop.runReady();
        assertThat(pair.toFar().counts().pauses()).isEqualTo(1);
        CompletableFuture<Void> closed = pair.far().waitClosed();
        pair.near().abort();
        loop.runReady();
        assertThat(closed).isCompletedExceptionally();
        assertThat(read(pair)).isEqualTo("0123456789");
    }

    /**
     * W7: with a peer that never reads, a writer that drains stays within its marks, and the reader within its limit.
     */
    @Test
    void peerThatDoesNotRead_costsTheMarks_andNotMore() {
        StreamLimits limits = StreamLimits.DEFAULT.withReadLimit(1000).withWriteMarks(3000, 1000);
        MemoryPair pair = MemoryStreams.pair(
                loop, limits, MemoryOptions.DEFAULT.withCapacity(5000).withChunks(500));
        AtomicLong written = new AtomicLong();
        CompletableFuture<Void> flood = pair.near().repeat(() -> {
            pair.near().writer().write(new byte[700]);
            written.addAndGet(700);
            return pair.near().writer().drain().thenApply(done -> true);
        });
        loop.runReady();
        assertThat(flood).isNotDone();
        WireCounts counts = pair.toFar().counts();
        assertThat(counts.deliveredBytes()).isBetween(2001L, 2500L);
        assertThat(counts.inFlightBytes()).isEqualTo(5000);
        assertThat(written.get()).isBetween(10_000L, 2500L + 5000 + 3000 + 700);
    }

    @Test
    void smallWrites_ofOneTask_shareAFlush() {
        MemoryPair pair = pair(MemoryOptions.DEFAULT);
        loop.run(() -> {
            for (int i = 0; i < 100; i++) {
                pair.near().writer().write(ascii("x"));
            }
        });
        loop.runReady();
        assertThat(pair.toFar().counts().writes()).isEqualTo(100);
        assertThat(pair.toFar().counts().flushes()).isEqualTo(1);
    }

    @Test
    void close_againstAPeerThatNeverReads_isAnAbortAtTheDeadline() {
        MemoryPair pair = pair(MemoryOptions.DEFAULT.withCapacity(10));
        pair.near().writer().write(new byte[1_000_000]);
        CompletableFuture<Void> closed = pair.near().waitClosed();
        loop.run(pair.near()::close);
        loop.runReady();
        loop.advance(Duration.ofSeconds(29));
        assertThat(closed).isNotDone();
        loop.advance(Duration.ofSeconds(1));
        assertThatThrownBy(closed::join).hasCauseInstanceOf(StreamBrokenException.class);
    }

    /**
     * C5, as far as a memory transport can show it: a chunk used after its call throws, and its memory is overwritten.
     */
    @Test
    void chunk_afterItsCall_isExpired() {
        MemoryChunk lent = new MemoryChunk(ascii("abc"), 3);
        Chunk chunk = lent;
        chunk.skip(1);
        assertThat(chunk.remaining()).isEqualTo(2);
        lent.expire();
        assertThatThrownBy(chunk::remaining).isInstanceOf(IllegalStateException.class);
    }

    private MemoryPair pair(MemoryOptions options) {
        MemoryPair pair = MemoryStreams.pair(loop, StreamLimits.DEFAULT, options);
        loop.runReady();
        return pair;
    }

    private String read(MemoryPair pair) {
        CompletableFuture<byte[]> read = pair.far().reader().read(99);
        loop.runReady();
        return new String(read.join(), StandardCharsets.US_ASCII);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
