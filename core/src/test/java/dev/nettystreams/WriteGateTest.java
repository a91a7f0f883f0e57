package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Waiters of the output: every pending one is completed, and every cancelled one is forgotten. */
class WriteGateTest {
    private final ScriptedTransport wire = new ScriptedTransport();
    private final WriteGate gate = new WriteGate(wire, wire.connect().core().probe);

    private CompletableFuture<Void> awaitFlushed() {
        CompletableFuture<Void> flusher = new CompletableFuture<>();
        wire.loop.run(() -> gate.awaitFlushed(flusher));
        return flusher;
    }

    @Test
    void flushers_thatHaveGivenUp_areForgotten() {
        CompletableFuture<Void> faithful = awaitFlushed();
        for (int i = 0; i < 1_000; i++) {
            assertThat(awaitFlushed().cancel(false)).isTrue();
        }
        assertThat(gate.flushedThrough(Long.MAX_VALUE)).contains(faithful).hasSizeLessThan(40);
    }

    @Test
    void flushers_thatWait_areAllTold_eachAtItsTicket() {
        List<CompletableFuture<Void>> flushers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            flushers.add(awaitFlushed());
        }
        for (int i = 0; i < 100; i++) {
            assertThat(gate.flushedThrough(wire.tickets.get(i))).containsExactly(flushers.get(i));
        }
    }

    @Test
    void firstFailure_stays() {
        Bench bench = new Bench();
        IOException brokenPipe = new IOException("broken pipe");
        bench.wire.failOutput(brokenPipe);
        bench.run(bench.writer::abort);
        assertThat(Outcomes.failure(StreamBrokenException.class, bench.onLoop(bench.writer::drain)))
                .hasCause(brokenPipe);
        bench.wire.lose(new IOException("reset"));
        assertThat(Outcomes.failure(StreamBrokenException.class, bench.onLoop(bench.writer::flush)))
                .hasCause(brokenPipe);
    }
}
