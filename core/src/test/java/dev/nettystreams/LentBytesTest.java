package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Reads on another thread than the loop's: buffered bytes need no turn of the loop. The test's thread is that other
 * thread.
 */
class LentBytesTest {
    private final Bench bench = new Bench();

    /** The first read asks the loop, which then lends the rest. */
    private void receive(String first, String rest) {
        CompletableFuture<byte[]> read = bench.reader.readLine();
        bench.loop.runReady();
        bench.wire.feed(first + rest);
        assertThat(Outcomes.text(read)).isEqualTo(first);
    }

    @Test
    void whatIsThere_isReadWithoutTheLoop() {
        receive("one\n", "two\nthree\nfour");
        assertThat(Outcomes.text(bench.reader.readLine())).isEqualTo("two\n");
        assertThat(Outcomes.text(bench.reader.peek(2))).isEqualTo("th");
        assertThat(Outcomes.text(bench.reader.readExactly(6))).isEqualTo("three\n");
        assertThat(bench.loop.readyCount()).isZero();
        CompletableFuture<byte[]> line = bench.reader.readLine();
        assertThat(line).isNotDone();
        bench.loop.runReady();
        bench.wire.feed("\nfive");
        assertThat(Outcomes.text(line)).isEqualTo("four\n");
    }

    @Test
    void whereNothingIs_aReadWaits_withoutTheLoop() {
        receive("one\n", "two\n");
        assertThat(Outcomes.text(bench.reader.readLine())).isEqualTo("two\n");
        CompletableFuture<byte[]> line = bench.reader.readLine();
        assertThat(bench.loop.readyCount()).isZero();
        bench.wire.feed("three\n");
        assertThat(Outcomes.text(line)).isEqualTo("three\n");
        CompletableFuture<byte[]> some = bench.reader.read(10);
        assertThat(bench.loop.readyCount()).isZero();
        bench.wire.feed("four");
        assertThat(Outcomes.text(some)).isEqualTo("four");
    }

    @Test
    void aReadThatWaitsWithoutTheLoop_isToldOfTheEnd() {
        receive("one\n", "tw");
        CompletableFuture<byte[]> line = bench.reader.readLine();
        assertThat(bench.loop.readyCount()).isZero();
        bench.wire.eof();
        assertThat(Outcomes.text(line)).isEqualTo("tw");
    }

    @Test
    void aReadThatWaitsWithoutTheLoop_isToldOfALoss() {
        receive("one\n", "tw");
        CompletableFuture<byte[]> line = bench.reader.readLine();
        assertThat(bench.loop.readyCount()).isZero();
        bench.wire.lose(new IOException("reset"));
        Outcomes.failure(StreamBrokenException.class, line);
    }

    @Test
    void aReadThatWaitsWithoutTheLoop_cancelled_leavesTheBytes() {
        receive("one\n", "tw");
        bench.reader.readLine().cancel(false);
        bench.wire.feed("o\n");
        CompletableFuture<byte[]> line = bench.reader.readLine();
        bench.loop.runReady();
        assertThat(Outcomes.text(line)).isEqualTo("two\n");
    }

    @Test
    void aReadOnAPausedTransport_asksTheLoop_toGoOn() {
        int byteCount = 2 * StreamLimits.DEFAULT.readLimitBytes();
        CompletableFuture<byte[]> first = bench.reader.readExactly(1);
        bench.loop.runReady();
        bench.wire.feed(new byte[byteCount + 2]);
        Outcomes.value(first);
        CompletableFuture<byte[]> more = bench.reader.readExactly(byteCount + 5);
        bench.loop.runReady();
        assertThat(bench.wire.isPaused).isFalse();
        bench.wire.feed(new byte[4]);
        assertThat(Outcomes.value(more)).hasSize(byteCount + 5);
    }

    @Test
    void whatComesMeanwhile_followsInItsOrder() {
        receive("one\n", "two\nthr");
        bench.wire.feed("ee\n");
        bench.wire.feed("four\n");
        assertThat(Outcomes.text(bench.reader.readLine())).isEqualTo("two\n");
        assertThat(Outcomes.text(bench.reader.readLine())).isEqualTo("three\n");
        assertThat(Outcomes.text(bench.reader.readLine())).isEqualTo("four\n");
        assertThat(bench.loop.readyCount()).isZero();
    }

    @Test
    void theEnd_comesBehindWhatIsThere() {
        receive("one\n", "two\n");
        bench.wire.feed("three");
        bench.wire.eof();
        assertThat(bench.reader.atEof()).isFalse();
        CompletableFuture<byte[]> rest = bench.reader.read(-1);
        bench.loop.runReady();
        assertThat(Outcomes.text(rest)).isEqualTo("two\nthree");
        assertThat(bench.reader.atEof()).isTrue();
    }

    @Test
    void aLoss_comesBehindWhatIsThere() {
        receive("one\n", "two\nth");
        bench.wire.lose(new IOException("reset"));
        CompletableFuture<byte[]> line = bench.reader.readLine();
        bench.loop.runReady();
        assertThat(Outcomes.text(line)).isEqualTo("two\n");
        CompletableFuture<byte[]> half = bench.reader.readLine();
        bench.loop.runReady();
        Outcomes.failure(StreamBrokenException.class, half);
    }

    @Test
    void lineOverTheLimit_isRefusedHere_andStays() {
        receive("one\n", "four\n");
        Outcomes.failure(LimitOverrunException.class, bench.reader.readLine(LineEnding.LF, 3));
        assertThat(Outcomes.text(bench.reader.readLine())).isEqualTo("four\n");
    }

    @Test
    void readAvailable_asksTheLoop_whichHasAllBytes() {
        receive("one\n", "two ");
        bench.wire.feed("three");
        CompletableFuture<byte[]> available = bench.reader.readAvailable();
        bench.loop.runReady();
        assertThat(Outcomes.text(available)).isEqualTo("two three");
    }

    @Test
    void readOnTheLoop_hasItsShare_too() {
        receive("one\n", "two\nthree\n");
        assertThat(Outcomes.text(bench.onLoop(bench.reader::readLine))).isEqualTo("two\n");
        CompletableFuture<byte[]> line = bench.reader.readLine();
        bench.loop.runReady();
        assertThat(Outcomes.text(line)).isEqualTo("three\n");
    }

    @Test
    void pausedByWhatIsLent_theTransportGoesOn_whenItHasBeenRead() {
        int byteCount = 2 * StreamLimits.DEFAULT.readLimitBytes();
        CompletableFuture<byte[]> first = bench.reader.readExactly(1);
        bench.loop.runReady();
        bench.wire.feed(new byte[byteCount + 2]);
        Outcomes.value(first);
        assertThat(bench.wire.isPaused).isTrue();
        Outcomes.value(bench.reader.readExactly(byteCount));
        bench.loop.runReady();
        assertThat(bench.wire.isPaused).isFalse();
    }

    @Test
    void whatHasBeenRead_countsNoMore_forWhatComesBehindIt() {
        int byteCount = 2 * StreamLimits.DEFAULT.readLimitBytes() - 1;
        CompletableFuture<byte[]> first = bench.reader.readExactly(1);
        bench.loop.runReady();
        bench.wire.feed(new byte[byteCount]);
        Outcomes.value(first);
        Outcomes.value(bench.reader.readExactly(byteCount - 1));
        bench.wire.feed(new byte[10]);
        assertThat(bench.wire.isPaused).isFalse();
    }

    @Test
    void readBesideAPendingOne_isRefused_asEver() {
        receive("one\n", "two\n");
        CompletableFuture<byte[]> pending = bench.reader.readExactly(100);
        assertThatThrownBy(() -> bench.reader.readLine()).isInstanceOf(ConcurrentReadException.class);
        pending.cancel(false);
        bench.loop.runReady();
        CompletableFuture<byte[]> line = bench.reader.readLine();
        bench.loop.runReady();
        assertThat(Outcomes.text(line)).isEqualTo("two\n");
    }

    @Test
    void readWhenTheLoopHasEnded_fails_thoughNothingIsThere() {
        receive("one\n", "");
        bench.loop.shutDown();
        Outcomes.failure(StreamBrokenException.class, bench.reader.readLine());
    }

    /** The loop does not wait for a reader that was preempted in the middle of a copy: it retries in a later turn. */
    @Test
    void whatComesWhileAReaderIsAtIt_isNotForgotten() {
        receive("one\n", "two\n");
        LendableQueue lent = bench.reader.core.input.lent();
        assertThat(lent.tryUse()).isNotEqualTo(LendableQueue.NOT_LENT);
        CompletableFuture<byte[]> read = bench.reader.readExactly(9);
        bench.loop.execute(lent::endUse); // after the task of the read
        bench.wire.feed("three");
        bench.loop.runReady();
        assertThat(Outcomes.text(read)).isEqualTo("two\nthree");
    }

    @Test
    void endWhileAReaderIsAtIt_isNotForgotten() {
        receive("one\n", "two");
        LendableQueue lent = bench.reader.core.input.lent();
        assertThat(lent.tryUse()).isNotEqualTo(LendableQueue.NOT_LENT);
        CompletableFuture<byte[]> line = bench.reader.readLine();
        bench.loop.execute(lent::endUse);
        bench.wire.eof();
        bench.loop.runReady();
        assertThat(Outcomes.text(line)).isEqualTo("two");
    }

    @Test
    void emptied_itHoldsNothing() {
        receive("one\n", "two\n");
        assertThat(bench.reader.core.input.lent().capacity()).isPositive();
        assertThat(Outcomes.text(bench.reader.readLine())).isEqualTo("two\n");
        assertThat(bench.reader.core.input.lent().capacity()).isZero();
    }

    @Test
    void drain_afterAShortWrite_needsNoTurnOfTheLoop_andALongOneDoes() {
        bench.writer.write(new byte[100]);
        Outcomes.value(bench.writer.drain());
        bench.writer.write(new byte[StreamLimits.DEFAULT.writeHighMarkBytes()]);
        assertThat(bench.writer.drain()).isNotDone();
    }

    @Test
    void drain_behindAnAbort_fails() {
        bench.loop.runReady();
        bench.connection.abort();
        CompletableFuture<Void> drained = bench.writer.drain();
        bench.loop.runReady();
        Outcomes.failure(StreamClosedException.class, drained);
    }

    @Test
    void drain_ofABrokenOutput_fails() {
        bench.writer.write(new byte[1]);
        bench.loop.runReady();
        bench.wire.failOutput(new IOException("broken pipe"));
        CompletableFuture<Void> drained = bench.writer.drain();
        bench.loop.runReady();
        Outcomes.failure(StreamBrokenException.class, drained);
    }

    @Test
    void readOnTheLoop_whileAnotherThreadIsReading_isRefused_andSaysSo() {
        receive("one\n", "two\n");
        LendableQueue lent = bench.connection.core().input.lent();
        assertThat(lent.tryUse()).isNotEqualTo(LendableQueue.NOT_LENT);
        assertThatThrownBy(() -> bench.loop.call(() -> bench.reader.readLine()))
                .isInstanceOf(ConcurrentReadException.class)
                .hasMessage("readLine() called while another thread is reading");
        lent.endUse();
        assertThat(Outcomes.text(bench.reader.readLine())).isEqualTo("two\n");
    }
}
