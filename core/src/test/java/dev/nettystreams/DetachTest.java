package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** S6, the streams' part: handing the wire to another owner, and everything that can interfere. */
class DetachTest {
    private final Bench bench = new Bench();

    @Test
    void detach_givesTheUnreadBytes_onceAllIsFlushed() {
        bench.wire.feed("for the next owner");
        bench.run(() -> bench.writer.write(Latin1.bytes("last")));
        CompletableFuture<byte[]> unread = bench.onLoop(bench.connection::detach);
        bench.wire.feed(" and more");
        assertThat(unread).isNotDone();
        assertThat(bench.wire.isPaused).isTrue();
        bench.wire.reportFlushed(bench.wire.tickets.get(0));
        assertThat(Outcomes.text(unread)).isEqualTo("for the next owner and more");
        assertThat(bench.wire.calls).endsWith("detach");
        assertThatThrownBy(() -> bench.writer.write(new byte[1])).isInstanceOf(StreamClosedException.class);
        assertThatThrownBy(() -> bench.reader.read(1)).isInstanceOf(StreamClosedException.class);
        Outcomes.failure(StreamClosedException.class, bench.onLoop(bench.writer::waitClosed));
    }

    @Test
    void detach_whileAReadWaits_isRefused() {
        CompletableFuture<byte[]> read = bench.read(r -> r.read(1));
        assertThatThrownBy(bench.connection::detach).isInstanceOf(ConcurrentReadException.class);
        bench.wire.feed("x");
        assertThat(Outcomes.text(read)).isEqualTo("x");
    }

    @Test
    void detach_ofAClosedConnection_isRefused() {
        bench.run(bench.connection::close);
        assertThatThrownBy(bench.connection::detach).isInstanceOf(StreamClosedException.class);
    }

    @Test
    void detach_thatLosesItsBytes_failsAndAborts() {
        CompletableFuture<byte[]> unread = bench.onLoop(bench.connection::detach);
        bench.wire.failOutput(new IOException("broken pipe"));
        Outcomes.failure(StreamBrokenException.class, unread);
        assertThat(bench.wire.calls).contains("abort").doesNotContain("detach");
    }

    @Test
    void detach_toAPeerThatTakesNothing_endsByCloseAbortOrTime() {
        List<Consumer<Bench>> ends = List.of(
                b -> b.run(b.connection::close),
                b -> b.run(b.connection::abort),
                b -> b.loop.advance(StreamLimits.DEFAULT.closeTimeout()));
        for (Consumer<Bench> end : ends) {
            Bench each = new Bench();
            CompletableFuture<byte[]> unread = each.onLoop(each.connection::detach);
            assertThat(unread).isNotDone();
            end.accept(each);
            assertThat(unread).isCompletedExceptionally();
            assertThat(each.wire.calls).contains("abort").doesNotContain("detach");
            each.wire.lose(null);
            assertThat(each.onLoop(each.writer::waitClosed)).isCompletedExceptionally();
        }
    }

    @Test
    void cancelledDetach_leavesNoConnectionWithoutAnOwner() {
        CompletableFuture<byte[]> unread = bench.onLoop(bench.connection::detach);
        assertThat(unread.cancel(false)).isTrue();
        bench.wire.reportFlushed(bench.wire.tickets.get(0));
        assertThat(bench.wire.calls).contains("abort").doesNotContain("detach");
    }

    /** Each call in a turn of its own, like calls from other threads. */
    @Test
    void outputWaiters_failWhenTheWireIsHandedOver() {
        CompletableFuture<byte[]> unread = bench.connection.detach();
        List<CompletableFuture<?>> waiting = new ArrayList<>();
        waiting.add(bench.writer.flush());
        waiting.add(bench.writer.waitClosed());
        bench.loop.runReady();
        bench.wire.reportFlushed(bench.wire.tickets.get(0));
        assertThat(unread).isCompleted();
        for (CompletableFuture<?> each : waiting) {
            Outcomes.failure(StreamClosedException.class, each);
        }
        Outcomes.failure(StreamClosedException.class, bench.onLoop(bench.writer::flush));
        Outcomes.failure(StreamClosedException.class, bench.onLoop(bench.writer::drain));
    }

    @Test
    void detach_thatHasEnded_leavesNoTimer() {
        List<Consumer<Bench>> ends =
                List.of(b -> b.wire.reportFlushed(b.wire.tickets.get(0)), b -> b.wire.lose(new IOException("reset")));
        for (Consumer<Bench> end : ends) {
            Bench each = new Bench();
            CompletableFuture<byte[]> unread = each.onLoop(each.connection::detach);
            assertThat(each.loop.timerCount()).isEqualTo(1);
            end.accept(each);
            assertThat(unread).isDone();
            assertThat(each.loop.timerCount()).isZero();
        }
    }

    /** A close or a cancellation may be on its way from another thread. */
    @Test
    void detach_thatIsCancelledOrClosedJustBeforeItIsDone_handsNothingOver() {
        List<Consumer<Bench>> ends = List.of(b -> b.connection.close(), b -> b.connection.abort());
        for (Consumer<Bench> end : ends) {
            Bench each = new Bench();
            CompletableFuture<byte[]> unread = each.onLoop(each.connection::detach);
            end.accept(each);
            each.loop.run(() -> each.wire.events().flushed(each.wire.tickets.get(0)));
            Outcomes.failure(StreamClosedException.class, unread);
            each.loop.runReady();
            assertThat(each.wire.calls).contains("abort").doesNotContain("detach");
        }
    }
}
