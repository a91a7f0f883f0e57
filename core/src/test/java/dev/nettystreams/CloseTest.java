package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** C1, C2 and the hand-over: the end of a connection. */
class CloseTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final Bench bench = new Bench(StreamLimits.DEFAULT.withCloseTimeout(TIMEOUT));

    @Test
    void close_isIdempotent_andFlipsIsClosing() {
        assertThat(bench.writer.isClosing()).isFalse();
        bench.run(bench.writer::close);
        bench.run(bench.connection::close);
        assertThat(bench.writer.isClosing()).isTrue();
        assertThat(bench.wire.count("finish")).isEqualTo(1);
        bench.wire.lose(null);
        bench.run(bench.writer::close);
        Outcomes.value(bench.onLoop(bench.writer::waitClosed));
    }

    @Test
    void close_fromAnotherThread_sendsWhatThatThreadWroteBefore() {
        bench.writer.write(Latin1.bytes("all"));
        bench.writer.close();
        bench.loop.runReady();
        assertThat(bench.wire.calls).containsSubsequence("writeOwned", "finish");
        assertThat(bench.wire.writtenText()).isEqualTo("all");
    }

    @Test
    void close_withUnreadInput_keepsItForTheReader_thenEof() {
        bench.wire.feed("unread");
        bench.run(bench.writer::close);
        bench.wire.feed("dropped");
        bench.wire.lose(null);
        assertThat(Outcomes.text(bench.read(r -> r.read(99)))).isEqualTo("unread");
        assertThat(Outcomes.text(bench.read(r -> r.read(99)))).isEmpty();
        assertThat(bench.reader.atEof()).isTrue();
    }

    @Test
    void close_endsTheWaitingRead() {
        CompletableFuture<byte[]> read = bench.read(r -> r.read(1));
        bench.run(bench.writer::close);
        assertThat(Outcomes.text(read)).isEmpty();
    }

    @Test
    void close_whileReadingIsPaused_readsOnForThePeersSake() {
        bench.wire.feed("x".repeat(200_000));
        assertThat(bench.wire.isPaused).isTrue();
        bench.run(bench.writer::close);
        assertThat(bench.wire.isPaused).isFalse();
    }

    @Test
    void close_thatTakesTooLong_becomesAbort() {
        bench.wire.isWritable = false;
        CompletableFuture<Void> drain = bench.onLoop(bench.writer::drain);
        CompletableFuture<Void> closed = bench.onLoop(bench.writer::waitClosed);
        bench.run(bench.writer::close);
        bench.loop.advance(TIMEOUT.minusNanos(1));
        assertThat(bench.wire.count("abort")).isZero();
        bench.loop.advance(Duration.ofNanos(1));
        assertThat(bench.wire.count("abort")).isEqualTo(1);
        Outcomes.failure(StreamBrokenException.class, drain);
        bench.wire.lose(null);
        assertThat(Outcomes.failure(StreamBrokenException.class, closed))
                .hasMessageContaining("did not finish within 3 s");
    }

    private CompletableFuture<Void> closedAndFinished() {
        CompletableFuture<Void> closed = bench.onLoop(bench.writer::waitClosed);
        bench.run(bench.writer::close);
        bench.wire.finishOutput();
        return closed;
    }

    @Test
    void lingering_endsAtThePeersEnd() {
        CompletableFuture<Void> closed = closedAndFinished();
        bench.wire.feed("said meanwhile");
        assertThat(bench.wire.count("close")).isZero();
        bench.wire.eof();
        assertThat(bench.wire.count("close")).isEqualTo(1);
        bench.wire.lose(null);
        Outcomes.value(closed);
        assertThat(bench.loop.timerCount()).isZero();
    }

    @Test
    void peerThatHasEndedBefore_isNotWaitedFor() {
        bench.wire.eof();
        assertThat(closedAndFinished()).isNotDone();
        assertThat(bench.wire.count("close")).isEqualTo(1);
    }

    @Test
    void peerThatEndsWhileTheRestIsSent_isNotWaitedFor() {
        bench.run(bench.writer::close);
        bench.wire.eof();
        assertThat(bench.wire.count("close")).isZero();
        bench.wire.finishOutput();
        assertThat(bench.wire.count("close")).isEqualTo(1);
    }

    @Test
    void peerThatCannotBeToldOfTheEnd_isNotWaitedFor() {
        bench.wire.tellsThePeerOfItsEnd = false;
        assertThat(closedAndFinished()).isNotDone();
        assertThat(bench.wire.count("close")).isEqualTo(1);
    }

    @Test
    void lingering_endsWellAfterSilence_whichEveryByteBegins() {
        Bench patient = new Bench();
        CompletableFuture<Void> closed = patient.onLoop(patient.writer::waitClosed);
        patient.run(patient.writer::close);
        patient.loop.advance(Duration.ofSeconds(6)); // the rest is being sent
        patient.wire.finishOutput();
        for (int i = 0; i < 3; i++) {
            patient.loop.advance(Duration.ofNanos(Closing.SILENCE_NANOS - 1));
            assertThat(patient.wire.count("close")).isZero();
            patient.wire.feed("x");
        }
        patient.loop.advance(Duration.ofNanos(Closing.SILENCE_NANOS));
        assertThat(patient.wire.count("close")).isEqualTo(1);
        patient.wire.lose(null);
        Outcomes.value(closed);
    }

    /** A loop that was held up runs its timers before it reads: bytes may have arrived, so there was no silence. */
    @Test
    void lingering_goesOn_whenMoreIsThereBehindTheSilence() {
        Bench patient = new Bench();
        CompletableFuture<Void> closed = patient.onLoop(patient.writer::waitClosed);
        patient.run(patient.writer::close);
        patient.wire.finishOutput();
        for (int i = 0; i < 3; i++) {
            patient.loop.advance(Duration.ofNanos(Closing.SILENCE_NANOS - 1));
            patient.loop.run(() -> patient.loop.schedule(
                    () -> patient.wire.events().dataReceived(patient.wire.chunk("more")), 1)); // behind the timer
            patient.loop.advance(Duration.ofNanos(1));
            assertThat(patient.wire.count("close")).isZero();
        }
        patient.loop.advance(Duration.ofNanos(Closing.SILENCE_NANOS));
        assertThat(patient.wire.count("close")).isEqualTo(1);
        assertThat(patient.wire.count("abort")).isZero();
        patient.wire.lose(null);
        Outcomes.value(closed);
        assertThat(patient.loop.timerCount()).isZero();
    }

    /** Each look takes a turn: the look for the silence does not replace the one at the timeout. */
    @Test
    void lingering_looksAnewAtTheCloseTimeout_afterALookThatFoundMore() {
        Bench patient = new Bench(StreamLimits.DEFAULT.withCloseTimeout(Duration.ofNanos(Closing.SILENCE_NANOS)));
        CompletableFuture<Void> closed = patient.onLoop(patient.writer::waitClosed);
        patient.run(patient.writer::close);
        patient.loop.run(() -> patient.wire.events().outputFinished());
        patient.loop.advance(Duration.ofNanos(Closing.SILENCE_NANOS - 1));
        patient.loop.run(() -> patient.loop.schedule(
                () -> patient.wire.events().dataReceived(patient.wire.chunk("more")), 1)); // behind both timers
        patient.loop.advance(Duration.ofNanos(1));
        assertThat(patient.wire.count("close")).isZero();
        assertThat(patient.wire.count("abort")).isEqualTo(1);
        patient.wire.lose(null);
        Outcomes.failure(StreamBrokenException.class, closed);
    }

    @Test
    void lingering_endsAfterSilence_ofAPeerThatNeverSaysAnything() {
        Bench patient = new Bench();
        patient.run(patient.writer::close);
        patient.wire.finishOutput();
        patient.loop.advance(Duration.ofNanos(Closing.SILENCE_NANOS - 1));
        assertThat(patient.wire.count("close")).isZero();
        patient.loop.advance(Duration.ofNanos(1));
        assertThat(patient.wire.count("close")).isEqualTo(1);
    }

    @Test
    void lingering_endsWell_whenThePeerResetsAtTheLastLook() {
        CompletableFuture<Void> closed = closedAndFinished();
        bench.loop.advance(TIMEOUT.minusNanos(1));
        bench.loop.run(() -> bench.loop.schedule(
                () -> bench.wire.events().connectionLost(new IOException("reset")), 1)); // behind the timeout's timer
        bench.loop.advance(Duration.ofNanos(1));
        Outcomes.value(closed);
        assertThat(bench.loop.timerCount()).isZero();
    }

    @Test
    void endOfTheOutput_toldAfterAnAbort_beginsNothing() {
        bench.run(bench.writer::close);
        bench.run(bench.writer::abort);
        bench.wire.finishOutput();
        assertThat(bench.loop.timerCount()).isZero();
        assertThat(bench.wire.count("close")).isZero();
    }

    @Test
    void lingering_endsBadly_whenThePeerSendsTooMuch() {
        CompletableFuture<Void> closed = closedAndFinished();
        byte[] mebibyte = new byte[1 << 20];
        for (int i = 0; i < Closing.MAX_DROPPED_BYTES >> 20; i++) {
            bench.wire.feed(mebibyte);
        }
        assertThat(bench.wire.count("abort")).isZero();
        bench.wire.feed(new byte[1]);
        assertThat(bench.wire.count("abort")).isEqualTo(1);
        bench.wire.lose(null);
        assertThat(Outcomes.failure(StreamBrokenException.class, closed)).hasMessageContaining("ended with a reset");
        assertThat(bench.loop.timerCount()).isZero();
    }

    @Test
    void lingering_endsWellAtTheCloseTimeout_ifNothingIsUnread() {
        CompletableFuture<Void> closed = closedAndFinished();
        bench.loop.advance(TIMEOUT);
        assertThat(bench.wire.count("close")).isEqualTo(1);
        bench.wire.lose(null);
        Outcomes.value(closed);
    }

    @Test
    void lingering_endsBadlyAtTheCloseTimeout_ifMoreIsThere() {
        CompletableFuture<Void> closed = closedAndFinished();
        bench.loop.advance(TIMEOUT.minusNanos(1));
        bench.loop.run(() -> bench.loop.schedule(
                () -> bench.wire.events().dataReceived(bench.wire.chunk("more")), 1)); // behind the timeout's timer
        bench.loop.advance(Duration.ofNanos(1));
        assertThat(bench.wire.count("close")).isZero();
        assertThat(bench.wire.count("abort")).isEqualTo(1);
        bench.wire.lose(null);
        assertThat(Outcomes.failure(StreamBrokenException.class, closed))
                .hasMessageContaining("still sending after 3 s");
    }

    @Test
    void lingering_endsWell_whenThePeerResets() {
        CompletableFuture<Void> closed = closedAndFinished();
        bench.wire.lose(new IOException("reset"));
        Outcomes.value(closed);
        assertThat(bench.loop.timerCount()).isZero();
    }

    @Test
    void reset_beforeEverythingIsSent_isALoss() {
        CompletableFuture<Void> closed = bench.onLoop(bench.writer::waitClosed);
        bench.run(bench.writer::close);
        bench.wire.lose(new IOException("reset"));
        Outcomes.failure(StreamBrokenException.class, closed);
    }

    @Test
    void abort_endsLingering() {
        CompletableFuture<Void> closed = closedAndFinished();
        bench.run(bench.writer::abort);
        assertThat(bench.wire.count("abort")).isEqualTo(1);
        bench.wire.lose(null);
        Outcomes.failure(StreamClosedException.class, closed);
        assertThat(bench.loop.timerCount()).isZero();
    }

    @Test
    void close_thatIsInTime_leavesNoTimer() {
        bench.run(bench.writer::close);
        assertThat(bench.loop.timerCount()).isEqualTo(1);
        bench.wire.lose(null);
        assertThat(bench.loop.timerCount()).isZero();
        bench.loop.advance(TIMEOUT);
        assertThat(bench.wire.count("abort")).isZero();
    }

    @Test
    void abort_afterClose_cutsItShort() {
        bench.run(bench.writer::close);
        bench.run(bench.writer::abort);
        bench.run(bench.writer::abort);
        assertThat(bench.wire.count("abort")).isEqualTo(1);
        bench.wire.lose(null);
        Outcomes.failure(StreamClosedException.class, bench.onLoop(bench.writer::waitClosed));
    }

    @Test
    void loss_makesClosing_andCloseAfterwardsIsQuiet() {
        bench.wire.lose(new IOException("reset"));
        assertThat(bench.writer.isClosing()).isTrue();
        bench.run(bench.writer::close);
        assertThat(bench.wire.calls).isEmpty();
        Outcomes.failure(StreamBrokenException.class, bench.onLoop(bench.writer::waitClosed));
    }

    @Test
    void peersEof_leavesTheWriterUsable() {
        bench.wire.eof();
        assertThat(bench.writer.isClosing()).isFalse();
        bench.run(() -> bench.writer.write(Latin1.bytes("a reply")));
        Outcomes.value(bench.onLoop(bench.writer::drain));
        assertThat(bench.wire.writtenText()).isEqualTo("a reply");
        assertThat(bench.wire.count("finish")).isZero();
    }

    @Test
    void bothOutputsEnded_isAGoodEnd() {
        bench.wire.eof();
        bench.run(bench.writer::writeEof);
        bench.wire.lose(null);
        Outcomes.value(bench.onLoop(bench.writer::waitClosed));
    }

    @Test
    void abort_thatOvertakesAClose_leavesNothingToFinish() {
        bench.writer.write(Latin1.bytes("dropped"));
        bench.writer.close();
        bench.writer.abort();
        bench.loop.runReady();
        assertThat(bench.wire.calls).doesNotContain("finish", "resumeReading").contains("abort");
        assertThat(bench.loop.timerCount()).isZero();
    }

    @Test
    void ownEofAndAQuietLoss_withoutThePeersEof_isALoss() {
        bench.run(bench.writer::writeEof);
        bench.wire.lose(null);
        Outcomes.failure(StreamBrokenException.class, bench.onLoop(bench.writer::waitClosed));
    }

    /** The loop has not collected the bytes of another thread when the peer, which has ended, is gone. */
    @Test
    void quietLoss_withBytesThatTheLoopHasNotCollected_isALoss() {
        for (Consumer<StreamWriter> end :
                List.<Consumer<StreamWriter>>of(StreamWriter::writeEof, StreamWriter::close)) {
            Bench bench = new Bench();
            bench.run(bench.wire::eof);
            CompletableFuture<Void> closed = bench.connection.waitClosed();
            bench.loop.runReady();
            bench.writer.write(new byte[3]); // by the test's thread, which is not the loop's
            end.accept(bench.writer);
            bench.loop.run(() -> bench.wire.lose(null));
            bench.loop.runReady();
            Outcomes.failure(StreamBrokenException.class, closed);
        }
    }
}
