package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Facts about a connection, and limits that change while it lives. */
class ConnectionTest {
    private final Bench bench = new Bench();

    @Test
    void readerAndWriter_knowTheirConnection() {
        assertThat(bench.reader.connection()).isSameAs(bench.connection);
        assertThat(bench.writer.connection()).isSameAs(bench.connection);
    }

    @Test
    void addresses_areThoseOfTheTransport_orNull() {
        assertThat(bench.connection.peerAddress()).isNull();
        InetSocketAddress peer = InetSocketAddress.createUnresolved("peer", 1);
        bench.wire.extraInfo.put("peername", peer);
        bench.wire.extraInfo.put("sockname", "no address");
        assertThat(bench.connection.peerAddress()).isEqualTo(peer);
        assertThat(bench.connection.localAddress()).isNull();
    }

    @Test
    void getExtraInfo_withADefault() {
        assertThat(bench.writer.getExtraInfo("peername", "none")).isEqualTo("none");
        bench.wire.extraInfo.put("peername", "somebody");
        assertThat(bench.writer.getExtraInfo("peername", "none")).isEqualTo("somebody");
    }

    @Test
    void setLimits_changesTheReadLimit_ofLaterReads() {
        assertThat(bench.connection.limits()).isEqualTo(StreamLimits.DEFAULT);
        StreamLimits small = StreamLimits.DEFAULT.withReadLimit(4);
        bench.run(() -> bench.connection.setLimits(small));
        assertThat(bench.connection.limits()).isEqualTo(small);
        bench.wire.feed("12345\n");
        bench.loop.runReady();
        Outcomes.failure(LimitOverrunException.class, bench.read(r -> r.readLine()));
        Outcomes.failure(LimitOverrunException.class, bench.read(r -> r.readLine(LineEnding.CRLF)));
        Outcomes.failure(LimitOverrunException.class, bench.read(r -> r.readUntil(new byte[] {'\n'})));
        assertThat(bench.reader).hasToString("StreamReader[OPEN, peer=unknown, buffered=6, pending=0, limit=4]");
        bench.run(() -> bench.connection.setLimits(StreamLimits.DEFAULT));
        assertThat(Outcomes.text(bench.read(r -> r.readLine()))).isEqualTo("12345\n");
    }

    @Test
    void setLimits_movesTheMarksOfReading() {
        bench.connection.setLimits(StreamLimits.DEFAULT.withReadLimit(4));
        bench.loop.runReady();
        bench.wire.feed("12345678");
        assertThat(bench.wire.calls).doesNotContain("pauseReading");
        bench.wire.feed("9");
        bench.loop.runReady();
        assertThat(bench.wire.count("pauseReading")).isOne();
        bench.run(() -> bench.connection.setLimits(StreamLimits.DEFAULT));
        assertThat(Outcomes.text(bench.read(r -> r.read(1)))).isEqualTo("1");
        assertThat(bench.wire.count("resumeReading")).isOne();
    }

    /** The tasks of two calls may run in another order than the calls. */
    @Test
    void setLimits_ofTwoThreads_leavesTheReaderAndTheWireAtTheSameLimits() {
        StreamLimits first = StreamLimits.DEFAULT.withReadLimit(4).withWriteMarks(8, 4);
        StreamLimits last = StreamLimits.DEFAULT.withReadLimit(5).withWriteMarks(10, 5);
        bench.connection.setLimits(first); // from elsewhere: waits for the loop
        bench.loop.run(() -> bench.connection.setLimits(last));
        bench.loop.runReady();
        assertThat(bench.connection.limits()).isEqualTo(last);
        assertThat(bench.wire.highMarkBytes).isEqualTo(10);
        bench.wire.feed("0123456789");
        assertThat(bench.wire.calls).doesNotContain("pauseReading");
    }

    @Test
    void setLimits_passesTheWriteMarksOn_unlessTheWireHasAnotherOwner() {
        bench.run(() -> bench.connection.setLimits(StreamLimits.DEFAULT.withWriteMarks(10, 5)));
        assertThat(bench.wire.count("setWriteMarks")).isOne();
        bench.onLoop(bench.connection::detach);
        bench.run(() -> bench.connection.setLimits(StreamLimits.DEFAULT));
        assertThat(bench.wire.count("setWriteMarks")).isOne();
    }

    @Test
    void setLimits_changesTheTimeoutOfALaterClose() {
        bench.connection.setLimits(StreamLimits.DEFAULT.withCloseTimeout(Duration.ofSeconds(3)));
        bench.loop.runReady();
        CompletableFuture<Void> closed = bench.onLoop(bench.connection::waitClosed);
        bench.run(bench.connection::close);
        bench.loop.advance(Duration.ofMillis(2_999));
        assertThat(bench.wire.calls).doesNotContain("abort");
        bench.loop.advance(Duration.ofMillis(1));
        assertThat(bench.wire.calls).contains("abort");
        bench.loop.run(() -> bench.wire.lose(null));
        bench.loop.runReady();
        assertThat(Outcomes.failure(StreamBrokenException.class, closed)).hasMessageContaining("within 3 s");
    }

    @Test
    void setLimits_ofNull_isRefused() {
        assertThatNullPointerException().isThrownBy(() -> bench.connection.setLimits(null));
    }

    @Test
    void pendingByteCount_countsWhatTheSystemHasNotTaken_fromEveryThread() {
        assertThat(bench.writer.pendingByteCount()).isZero();
        bench.writer.write(new byte[7]); // not on the loop, which collects it later
        assertThat(bench.writer.pendingByteCount()).isEqualTo(7);
    }
}
