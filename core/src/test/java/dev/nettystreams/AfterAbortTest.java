package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Every method names the call by this side that ended the connection, while it is ending and when it has ended. */
class AfterAbortTest {
    private static final StreamLimits LIMITS = StreamLimits.DEFAULT;

    /** Calls {@code check} with a connection that is ending, and with one that has ended. */
    private static void whileItEnds_andWhenItHas(Consumer<Bench> end, Consumer<Bench> check) {
        for (boolean isGone : new boolean[] {false, true}) {
            Bench bench = new Bench(LIMITS);
            end.accept(bench);
            if (isGone) {
                bench.wire.lose(null);
            }
            check.accept(bench);
        }
    }

    private static void assertRefuses(Bench bench, String what) {
        byte[] one = new byte[1];
        StreamWriter writer = bench.writer;
        assertThatThrownBy(() -> writer.write(one)).hasMessage("write() called " + what);
        assertThatThrownBy(() -> bench.run(() -> writer.write(one))).hasMessage("write() called " + what);
        assertThatThrownBy(() -> writer.write(one, 0, 0)).hasMessage("write() called " + what);
        assertThatThrownBy(() -> writer.write(ByteBuffer.wrap(one))).hasMessage("write() called " + what);
        assertThatThrownBy(() -> writer.write(ByteBuffer.allocateDirect(1))).hasMessage("write() called " + what);
        assertThatThrownBy(() -> writer.writeOwned(ByteBuffer.wrap(one))).hasMessage("writeOwned() called " + what);
        assertThatThrownBy(() -> bench.run(() -> writer.writeOwned(ByteBuffer.wrap(one))))
                .hasMessage("writeOwned() called " + what);
        assertThatThrownBy(() -> writer.writeLines(List.of())).hasMessage("writeLines() called " + what);
        assertThatThrownBy(() -> writer.startTls(new ToyTls(LeftoverPolicy.REFUSE)))
                .isInstanceOf(StreamClosedException.class)
                .hasMessage("startTls() called " + what);
        assertThatThrownBy(bench.connection::detach)
                .isInstanceOf(StreamClosedException.class)
                .hasMessage("detach() called " + what);
        assertThat(bench.wire.writtenText()).isEmpty();
        assertThat(writer.isClosing()).isTrue();
    }

    @Test
    void writes_afterAbort_areToldSo() {
        whileItEnds_andWhenItHas(
                bench -> bench.run(bench.writer::abort), bench -> assertRefuses(bench, "after abort()"));
    }

    @Test
    void writes_afterAbortOfWhatWasEndedOtherwise_areToldOfTheAbort() {
        List<Consumer<Bench>> ends = List.of(
                bench -> bench.run(bench.writer::writeEof),
                bench -> bench.run(bench.writer::close),
                bench -> assertThat(bench.onLoop(bench.connection::detach)).isNotDone(),
                bench -> assertThat(bench.onLoop(() -> bench.writer.startTls(new ToyTls(LeftoverPolicy.REFUSE))))
                        .isNotDone(),
                bench -> bench.wire.lose(null));
        for (Consumer<Bench> end : ends) {
            whileItEnds_andWhenItHas(
                    bench -> {
                        end.accept(bench);
                        bench.run(bench.writer::abort);
                    },
                    bench -> assertRefuses(bench, "after abort()"));
        }
    }

    @Test
    void waits_afterAbort_failAndSaySo() {
        List<Function<Bench, CompletableFuture<?>>> waits = List.of(
                bench -> bench.writer.drain(),
                bench -> bench.writer.flush(),
                bench -> bench.reader.read(1),
                bench -> bench.reader.readLine(),
                bench -> bench.reader.readExactly(1),
                bench -> bench.reader.readAll(9),
                bench -> bench.reader.peek(1),
                bench -> bench.reader.skip(1),
                bench -> bench.reader.readAvailable(),
                bench -> bench.reader.readInto(ByteBuffer.allocate(1)),
                bench -> bench.reader.relayTo(new Bench().writer));
        whileItEnds_andWhenItHas(bench -> bench.run(bench.writer::abort), bench -> {
            for (Function<Bench, CompletableFuture<?>> wait : waits) {
                CompletableFuture<?> elsewhere = wait.apply(bench);
                bench.loop.runReady();
                assertAborted(elsewhere);
                assertAborted(bench.onLoop(() -> wait.apply(bench)));
            }
        });
        Bench gone = new Bench(LIMITS);
        gone.run(gone.writer::abort);
        gone.wire.lose(null);
        assertAborted(gone.onLoop(gone.writer::waitClosed));
    }

    private static void assertAborted(CompletableFuture<?> wait) {
        assertThat(Outcomes.failure(StreamClosedException.class, wait)).hasMessage("abort() was called");
    }

    /** The streams abort the connection, but the exception names the program's {@code close}. */
    @Test
    void writes_afterACloseThatTookTooLong_areToldOfTheClose() {
        whileItEnds_andWhenItHas(
                bench -> {
                    bench.run(bench.writer::close);
                    bench.loop.advance(LIMITS.closeTimeout());
                    assertThat(bench.wire.count("abort")).isEqualTo(1);
                },
                bench -> assertRefuses(bench, "after close()"));
    }

    @Test
    void writes_afterACloseInTheMiddleOfStartTlsOrDetach_areToldOfTheClose() {
        List<Consumer<Bench>> beginnings = List.of(
                bench -> assertThat(bench.onLoop(bench.connection::detach)).isNotDone(),
                bench -> assertThat(bench.onLoop(() -> bench.writer.startTls(new ToyTls(LeftoverPolicy.REFUSE))))
                        .isNotDone());
        for (Consumer<Bench> begin : beginnings) {
            whileItEnds_andWhenItHas(
                    bench -> {
                        begin.accept(bench);
                        bench.run(bench.writer::close);
                        assertThat(bench.wire.count("abort")).isEqualTo(1);
                    },
                    bench -> assertRefuses(bench, "after close()"));
        }
    }

    @Test
    void writes_afterADetachThatFailed_areToldOfTheDetach() {
        whileItEnds_andWhenItHas(
                bench -> {
                    assertThat(bench.onLoop(bench.connection::detach)).isNotDone();
                    bench.loop.advance(LIMITS.closeTimeout());
                    assertThat(bench.wire.count("abort")).isEqualTo(1);
                },
                bench -> assertRefuses(bench, "after detach()"));
    }

    @Test
    void writes_afterADetachThatWasCancelled_areToldOfTheDetach() {
        whileItEnds_andWhenItHas(
                bench -> {
                    assertThat(bench.onLoop(bench.connection::detach).cancel(false))
                            .isTrue();
                    bench.wire.reportFlushed(bench.wire.tickets.get(0));
                    assertThat(bench.wire.count("abort")).isEqualTo(1);
                },
                bench -> assertRefuses(bench, "after detach()"));
    }

    @Test
    void writes_afterAStartTlsThatFailed_areToldOfIt() {
        whileItEnds_andWhenItHas(
                bench -> {
                    assertThat(bench.onLoop(() -> bench.writer.startTls(new ToyTls(LeftoverPolicy.REFUSE))))
                            .isNotDone();
                    bench.wire.eof();
                    assertThat(bench.wire.count("abort")).isEqualTo(1);
                },
                bench -> assertRefuses(bench, "after startTls() had failed"));
    }

    /** A program error is reported the same way whether or not the connection was lost meanwhile. */
    @Test
    void writes_afterWriteEof_areRefused_alsoWhenTheConnectionIsLost() {
        Bench bench = new Bench(LIMITS);
        bench.run(bench.writer::writeEof);
        bench.wire.lose(null);
        assertRefuses(bench, "after writeEof()");
    }
}
