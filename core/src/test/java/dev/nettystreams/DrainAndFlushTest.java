package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** W3, W4, W6: the waits of drain and flush, and how they end. */
class DrainAndFlushTest {
    private final Bench bench = new Bench();
    private final IOException brokenPipe = new IOException("broken pipe");

    @Test
    void drain_ofAWritableTransport_isCompleteAtOnce() {
        Outcomes.value(bench.onLoop(bench.writer::drain));
        CompletableFuture<Void> offLoop = bench.writer.drain();
        bench.loop.runReady();
        Outcomes.value(offLoop);
    }

    @Test
    void drain_aboveTheHighMark_waitsForTheLowMark_andFlushes() {
        bench.wire.isWritable = false;
        CompletableFuture<Void> drain = bench.callOnLoop(bench.writer::drain);
        assertThat(bench.wire.calls).containsExactly("flush");
        bench.loop.runReady();
        assertThat(drain).isNotDone();
        bench.wire.becomeWritable();
        Outcomes.value(drain);
    }

    /** On the loop's own thread, without waiting for an event that says so. */
    @Test
    void drain_isCompleteAtOnce_ifItsFlushMakesRoom() {
        bench.wire.isWritable = false;
        bench.wire.isWritableAfterFlush = true;
        CompletableFuture<Void> drain = bench.callOnLoop(bench.writer::drain);
        assertThat(bench.wire.calls).containsExactly("flush");
        Outcomes.value(drain);
    }

    @Test
    void drain_onAnotherThread_completesWithTheTaskThatFlushes() {
        bench.wire.isWritable = false;
        bench.run(() -> bench.wire.events().turnEnded());
        bench.writer.write(new byte[100_000]);
        CompletableFuture<Void> drain = bench.writer.drain();
        assertThat(drain).isNotDone();
        bench.wire.isWritableAfterFlush = true;
        bench.loop.runReady();
        Outcomes.value(drain);
    }

    @Test
    void drain_anyNumberMayWait() {
        bench.wire.isWritable = false;
        List<CompletableFuture<Void>> drains = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            drains.add(bench.onLoop(bench.writer::drain));
        }
        assertThat(drains).noneMatch(CompletableFuture::isDone);
        bench.wire.becomeWritable();
        assertThat(drains).allMatch(drain -> drain.isDone() && !drain.isCompletedExceptionally());
    }

    @Test
    void drain_lateWritableEvent_doesNotReleaseWhoMustWait() {
        bench.wire.isWritable = false;
        CompletableFuture<Void> drain = bench.onLoop(bench.writer::drain);
        bench.wire.report(() -> bench.wire.events().writable());
        assertThat(drain).isNotDone();
    }

    @Test
    void flush_waitsForItsTicket_inOrder() {
        CompletableFuture<Void> first = bench.onLoop(bench.writer::flush);
        CompletableFuture<Void> second = bench.onLoop(bench.writer::flush);
        assertThat(bench.wire.tickets).hasSize(2);
        bench.wire.reportFlushed(bench.wire.tickets.get(0));
        Outcomes.value(first);
        assertThat(second).isNotDone();
        bench.wire.reportFlushed(bench.wire.tickets.get(1));
        Outcomes.value(second);
    }

    @Test
    void loss_failsWhoWaitsAndWhoComesLater_withTheCause() {
        bench.wire.isWritable = false;
        List<CompletableFuture<Void>> waits = waitForEverything();
        bench.wire.lose(brokenPipe);
        waits.addAll(waitForEverything());
        assertThat(waits).hasSize(6);
        for (CompletableFuture<Void> wait : waits) {
            assertThat(Outcomes.failure(StreamBrokenException.class, wait)).hasCause(brokenPipe);
        }
    }

    @Test
    void quietLoss_thatNobodyAskedFor_failsThemToo() {
        bench.wire.isWritable = false;
        List<CompletableFuture<Void>> waits = waitForEverything();
        bench.wire.lose(null);
        waits.forEach(wait -> Outcomes.failure(StreamBrokenException.class, wait));
    }

    @Test
    void abort_failsWhoWaitsAndWhoComesLater() {
        bench.wire.isWritable = false;
        List<CompletableFuture<Void>> waits = waitForEverything();
        bench.run(bench.writer::abort);
        bench.wire.lose(null);
        waits.addAll(waitForEverything());
        waits.forEach(wait -> Outcomes.failure(StreamClosedException.class, wait));
    }

    @Test
    void failedOutput_failsTheWriters_andLeavesTheInput() {
        bench.wire.isWritable = false;
        List<CompletableFuture<Void>> waits = waitForEverything();
        bench.wire.failOutput(brokenPipe);
        assertThat(Outcomes.failure(StreamBrokenException.class, waits.get(0))).hasCause(brokenPipe);
        assertThat(Outcomes.failure(StreamBrokenException.class, waits.get(1))).hasCause(brokenPipe);
        assertThat(waits.get(2)).isNotDone();
        bench.wire.feed("last words");
        assertThat(Outcomes.text(bench.read(r -> r.read(99)))).isEqualTo("last words");
        bench.run(bench.writer::close);
        bench.wire.lose(null);
        assertThat(Outcomes.failure(StreamBrokenException.class, waits.get(2))).hasCause(brokenPipe);
    }

    @Test
    void goodClose_letsThoseWhoWaitGo_andRefusesLaterOnes() {
        bench.wire.isWritable = false;
        List<CompletableFuture<Void>> waits = waitForEverything();
        bench.run(bench.writer::close);
        assertThat(waits).noneMatch(CompletableFuture::isDone);
        bench.wire.lose(null);
        waits.forEach(Outcomes::value);
        Outcomes.failure(StreamClosedException.class, bench.onLoop(bench.writer::drain));
        Outcomes.failure(StreamClosedException.class, bench.onLoop(bench.writer::flush));
        Outcomes.value(bench.onLoop(bench.writer::waitClosed));
    }

    @Test
    void waiters_areIndependent() {
        bench.wire.isWritable = false;
        List<CompletableFuture<Void>> cancelled = waitForEverything();
        List<CompletableFuture<Void>> kept = waitForEverything();
        cancelled.forEach(wait -> wait.cancel(false));
        bench.wire.becomeWritable();
        bench.wire.reportFlushed(Long.MAX_VALUE);
        bench.run(bench.writer::close);
        bench.wire.lose(null);
        kept.forEach(Outcomes::value);
        Outcomes.value(bench.onLoop(bench.writer::waitClosed));
    }

    @Test
    void loopThatHasEnded_failsEverything() {
        bench.loop.shutDown();
        Outcomes.failure(StreamBrokenException.class, bench.writer.drain());
        Outcomes.failure(StreamBrokenException.class, bench.writer.flush());
        Outcomes.failure(StreamBrokenException.class, bench.writer.waitClosed());
        Outcomes.failure(StreamBrokenException.class, bench.reader.read(1));
        Outcomes.failure(
                StreamBrokenException.class,
                bench.connection.repeat(() -> bench.writer.drain().thenApply(x -> true)));
    }

    private List<CompletableFuture<Void>> waitForEverything() {
        List<CompletableFuture<Void>> waits = new ArrayList<>();
        waits.add(bench.onLoop(bench.writer::drain));
        waits.add(bench.onLoop(bench.writer::flush));
        waits.add(bench.onLoop(bench.writer::waitClosed));
        return waits;
    }
}
