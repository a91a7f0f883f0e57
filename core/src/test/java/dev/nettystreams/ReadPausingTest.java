package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** R2: when reading from the transport pauses and resumes. The limit here is 4. */
class ReadPausingTest {
    private final Bench bench = Bench.withReadLimit(4);

    @Test
    void arrival_atTwiceTheLimit_doesNotPause_oneMoreDoes() {
        bench.wire.feed("12345678");
        assertThat(bench.wire.isPaused).isFalse();
        bench.wire.feed("9");
        assertThat(bench.wire.isPaused).isTrue();
        bench.wire.feed("still under way");
        assertThat(bench.wire.count("pauseReading")).isEqualTo(1);
    }

    @Test
    void read_resumesAtTheLimit_notAbove() {
        bench.wire.feed("123456789");
        bench.read(r -> r.read(4)).join();
        assertThat(bench.wire.isPaused).isTrue();
        bench.read(r -> r.read(1)).join();
        assertThat(bench.wire.isPaused).isFalse();
        assertThat(bench.wire.count("resumeReading")).isEqualTo(1);
    }

    @Test
    void readExactly_beyondTwiceTheLimit_resumesBeforeItWaits() {
        bench.wire.feed("123456789");
        CompletableFuture<byte[]> read = bench.read(r -> r.readExactly(30));
        assertThat(bench.wire.isPaused).isFalse();
        bench.wire.feed("0123456789");
        assertThat(bench.wire.isPaused).isFalse();
        bench.wire.feed("0123456789x");
        assertThat(Outcomes.value(read)).hasSize(30);
    }

    @Test
    void readExactly_fromAnotherThread_resumesBeforeItWaits() {
        bench.wire.feed("123456789");
        CompletableFuture<byte[]> read = bench.reader.readExactly(30);
        bench.loop.runReady();
        assertThat(bench.wire.isPaused).isFalse();
        assertThat(read).isNotDone();
    }

    @Test
    void readAll_ofAFlood_neverStaysPaused() {
        CompletableFuture<byte[]> read = bench.read(r -> r.read(-1));
        for (int i = 0; i < 100; i++) {
            bench.wire.feed("0123456789");
            assertThat(bench.wire.isPaused).isFalse();
        }
        bench.wire.eof();
        assertThat(Outcomes.value(read)).hasSize(1000);
    }

    @Test
    void chunkThatAReadTakesWhole_leavesReadingOn() {
        CompletableFuture<byte[]> read = bench.read(r -> r.read(100));
        bench.wire.feed("0123456789012345");
        assertThat(Outcomes.value(read)).hasSize(16);
        assertThat(bench.wire.isPaused).isFalse();
    }

    @Test
    void failedLine_resumesNothing() {
        bench.wire.feed("0123456789");
        Outcomes.failure(LimitOverrunException.class, bench.read(StreamReader::readLine));
        assertThat(bench.wire.isPaused).isTrue();
    }
}
