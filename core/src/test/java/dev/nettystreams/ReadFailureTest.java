package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** R6: received bytes come first, then the error, for every later read. */
class ReadFailureTest {
    private final Bench bench = new Bench();
    private final IOException reset = new IOException("connection reset by peer");

    @Test
    void read_afterAReset_bytesFirst_thenTheErrorEachTime() {
        bench.wire.feed("last words");
        bench.wire.lose(reset);
        assertThat(Outcomes.text(bench.read(r -> r.read(4)))).isEqualTo("last");
        assertThat(Outcomes.text(bench.read(r -> r.readExactly(6)))).isEqualTo(" words");
        for (int i = 0; i < 3; i++) {
            StreamBrokenException e = Outcomes.failure(StreamBrokenException.class, bench.read(r -> r.read(1)));
            assertThat(e).hasMessageContaining("connection reset by peer").hasCause(reset);
        }
        assertThat(bench.reader.atEof()).isFalse();
    }

    @Test
    void read_thatTheBytesCannotSatisfy_failsAndLeavesThem() {
        bench.wire.feed("half");
        bench.wire.lose(reset);
        Outcomes.failure(StreamBrokenException.class, bench.read(r -> r.readExactly(5)));
        Outcomes.failure(StreamBrokenException.class, bench.read(StreamReader::readLine));
        Outcomes.failure(StreamBrokenException.class, bench.read(r -> r.read(-1)));
        assertThat(Outcomes.text(bench.read(r -> r.read(9)))).isEqualTo("half");
    }

    @Test
    void waitingRead_isEndedByTheReset_andItsBytesStay() {
        CompletableFuture<byte[]> read = bench.read(r -> r.read(-1));
        bench.wire.feed("kept");
        bench.wire.lose(reset);
        Outcomes.failure(StreamBrokenException.class, read);
        assertThat(Outcomes.text(bench.read(r -> r.read(9)))).isEqualTo("kept");
    }

    @Test
    void lossWithoutAMessage_isToldInWords() {
        ClosedChannelException silent = new ClosedChannelException();
        bench.wire.lose(silent);
        assertThat(Outcomes.failure(StreamBrokenException.class, bench.read(r -> r.read(1))))
                .hasMessage("connection lost: closed underneath the stream")
                .hasCause(silent);
    }

    @Test
    void eachRead_failsWithAnExceptionOfItsOwn() {
        bench.wire.lose(reset);
        Throwable first = Outcomes.failure(StreamBrokenException.class, bench.read(r -> r.read(1)));
        Throwable second = Outcomes.failure(StreamBrokenException.class, bench.read(r -> r.read(1)));
        assertThat(first).isNotSameAs(second);
    }

    @Test
    void loss_behindEof_isToldToLaterReads_andTheInputIsStillAtItsEnd() {
        bench.wire.eof();
        assertThat(Outcomes.text(bench.read(r -> r.read(1)))).isEmpty();
        bench.wire.lose(reset);
        Outcomes.failure(StreamBrokenException.class, bench.read(r -> r.read(1)));
        assertThat(bench.reader.atEof()).isTrue();
    }

    @Test
    void quietLoss_behindEof_leavesEof() {
        bench.wire.eof();
        bench.wire.lose(null);
        assertThat(Outcomes.text(bench.read(r -> r.read(1)))).isEmpty();
    }

    @Test
    void loss_afterOwnClose_leavesEof() {
        bench.run(bench.connection::close);
        bench.wire.lose(reset);
        assertThat(Outcomes.text(bench.read(r -> r.read(1)))).isEmpty();
    }

    @Test
    void loss_afterACancelledRead_isSafe() {
        CompletableFuture<byte[]> read = bench.read(r -> r.read(1));
        read.cancel(false);
        bench.wire.lose(reset);
        assertThat(read).isCancelled();
        Outcomes.failure(StreamBrokenException.class, bench.read(r -> r.read(1)));
    }

    @Test
    void abort_endsTheWaitingRead_sayingWhoDidIt() {
        CompletableFuture<byte[]> read = bench.read(r -> r.read(1));
        bench.run(bench.connection::abort);
        assertThat(Outcomes.failure(StreamClosedException.class, read)).hasMessage("abort() was called");
    }

    @Test
    void secondRead_isRefusedAtTheCall_namingBoth() {
        CompletableFuture<byte[]> read = bench.read(r -> r.readExactly(9));
        assertThatThrownBy(() -> bench.read(StreamReader::readLine))
                .isInstanceOf(ConcurrentReadException.class)
                .hasMessage("readLine() called while another read, readExactly(), is waiting for incoming data");
        bench.wire.feed("12345");
        assertThatThrownBy(() -> bench.read(r -> r.read(1))).isInstanceOf(ConcurrentReadException.class);
        assertThatThrownBy(() -> bench.reader.read(1)).isInstanceOf(ConcurrentReadException.class);
        bench.wire.feed("6789");
        assertThat(Outcomes.text(read)).isEqualTo("123456789");
    }

    @Test
    void secondRead_fromAnotherThread_isRefusedBeforeTheLoopHasSeenTheFirst() {
        bench.wire.feed("data is there");
        CompletableFuture<byte[]> first = bench.reader.read(4);
        assertThatThrownBy(() -> bench.reader.read(4)).isInstanceOf(ConcurrentReadException.class);
        bench.loop.runReady();
        assertThat(Outcomes.text(first)).isEqualTo("data");
    }

    @Test
    void loss_behindEof_ofAConnectionWhoseOutputHasEnded_isToldToLaterReads() {
        bench.run(bench.writer::writeEof);
        bench.wire.eof();
        bench.wire.lose(reset);
        assertThat(Outcomes.failure(StreamBrokenException.class, bench.read(r -> r.read(1))))
                .hasCause(reset);
    }
}
