package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * W3 on another thread than the loop's, here the test's: drain completes at once where possible, and never too early.
 */
class DrainElsewhereTest {
    private final Bench bench = new Bench();

    @Test
    void drain_behindAWriteThatTheLoopHasPassedOn_needsNoTurnOfTheLoop() {
        for (int i = 0; i < 3; i++) {
            bench.writer.write(new byte[10]);
            bench.loop.runReady();
            Outcomes.value(bench.writer.drain());
            assertThat(bench.loop.readyCount()).isZero();
        }
    }

    @Test
    void drain_whileTheTransportTakesNoMore_waits_whateverIsWrittenBehind() {
        bench.wire.isWritable = false;
        bench.writer.write(new byte[10]);
        bench.loop.runReady();
        CompletableFuture<Void> first = bench.writer.drain();
        bench.loop.runReady();
        assertThat(first).isNotDone();
        bench.writer.write(new byte[10]);
        CompletableFuture<Void> second = bench.writer.drain();
        assertThat(second).isNotDone();
        bench.loop.runReady();
        assertThat(second).isNotDone();
        bench.wire.becomeWritable();
        Outcomes.value(first);
        Outcomes.value(second);
        Outcomes.value(bench.writer.drain());
        assertThat(bench.loop.readyCount()).isZero();
    }
}
