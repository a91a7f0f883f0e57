package dev.nettystreams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryOptions;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** {@link StreamConnection#relay}: two connections as one tunnel, on one loop and on two. */
class TunnelTest {
    private static final MemoryOptions WITHOUT_HALF_CLOSE = MemoryOptions.DEFAULT.withoutHalfClose();

    private final ManualLoop loop = new ManualLoop();
    private MemoryPair clientSide = MemoryStreams.pair(loop);
    private MemoryPair serverSide = MemoryStreams.pair(loop);

    private CompletableFuture<RelayCounts> begin() {
        loop.runReady();
        CompletableFuture<RelayCounts> tunnel = StreamConnection.relay(clientSide.far(), serverSide.near());
        loop.runReady();
        return tunnel;
    }

    private CompletableFuture<RelayCounts> beginWithIdleTimeout(Duration timeout) {
        loop.runReady();
        CompletableFuture<RelayCounts> tunnel = StreamConnection.relay(clientSide.far(), serverSide.near(), timeout);
        loop.runReady();
        return tunnel;
    }

    private StreamConnection clientPeer() {
        return clientSide.near();
    }

    private StreamConnection serverPeer() {
        return serverSide.far();
    }

    private <T> T done(CompletableFuture<T> future) {
        loop.runReady();
        return Outcomes.value(future);
    }

    private void assertBothAborted() {
        loop.runReady();
        Outcomes.failure(StreamBrokenException.class, waitClosed(clientPeer()));
        Outcomes.failure(StreamBrokenException.class, waitClosed(serverPeer()));
    }

    private CompletableFuture<Void> waitClosed(StreamConnection connection) {
        CompletableFuture<Void> closed = connection.waitClosed();
        loop.runReady();
        return closed;
    }

    @Test
    void bytesGoBothWays_endsArePassedOn_andBothAreCounted() {
        clientPeer().writer().write("early ", UTF_8);
        CompletableFuture<RelayCounts> tunnel = begin();
        clientPeer().writer().write("request", UTF_8);
        clientPeer().writer().writeEof();
        assertThat(done(serverPeer().reader().text(UTF_8).readAll(99))).isEqualTo("early request");
        assertThat(tunnel).isNotDone();
        serverPeer().writer().write("the whole answer", UTF_8);
        serverPeer().close();
        assertThat(done(clientPeer().reader().text(UTF_8).readAll(99))).isEqualTo("the whole answer");
        clientPeer().close();
        assertThat(done(tunnel)).isEqualTo(new RelayCounts(13, 16));
        assertThat(waitClosed(clientPeer())).isCompleted();
        assertThat(waitClosed(serverPeer())).isCompleted();
        assertThat(clientSide.far().writer().isClosing()).isTrue();
        assertThat(serverSide.near().writer().isClosing()).isTrue();
        assertThat(loop.timerCount()).isZero();
    }

    @Test
    void serverThatEndsFirst_hearsTheClientOut() {
        CompletableFuture<RelayCounts> tunnel = begin();
        serverPeer().writer().write("bye", UTF_8);
        serverPeer().writer().writeEof();
        assertThat(done(clientPeer().reader().text(UTF_8).readAll(99))).isEqualTo("bye");
        assertThat(tunnel).isNotDone();
        clientPeer().writer().write("one more thing", UTF_8);
        clientPeer().close();
        assertThat(done(serverPeer().reader().text(UTF_8).readAll(99))).isEqualTo("one more thing");
        assertThat(done(tunnel)).isEqualTo(new RelayCounts(14, 3));
    }

    @Test
    void clientThatCannotBeTold_isClosed_onceTheServerHasEnded() {
        clientSide = MemoryStreams.pair(loop, StreamLimits.DEFAULT, WITHOUT_HALF_CLOSE);
        CompletableFuture<RelayCounts> tunnel = begin();
        serverPeer().writer().write("answer", UTF_8);
        serverPeer().writer().writeEof();
        assertThat(done(clientPeer().reader().text(UTF_8).readAll(99))).isEqualTo("answer");
        assertThat(done(tunnel)).isEqualTo(new RelayCounts(0, 6));
    }

    @Test
    void serverThatCannotBeTold_mayAnswerFor60Seconds() {
        serverSide = MemoryStreams.pair(loop, StreamLimits.DEFAULT, WITHOUT_HALF_CLOSE);
        CompletableFuture<RelayCounts> tunnel = begin();
        clientPeer().writer().writeEof();
        loop.runReady();
        loop.advance(Duration.ofMillis(59_999));
        serverPeer().writer().write("slow answer", UTF_8);
        assertThat(done(clientPeer().reader().text(UTF_8).readExactly(11))).isEqualTo("slow answer");
        assertThat(tunnel).isNotDone();
        loop.advance(Duration.ofMillis(1));
        assertThat(Outcomes.failure(TimeoutException.class, tunnel))
                .hasMessage("the server did not end within 60 s after the client");
        assertBothAborted();
    }

    @Test
    void lossOfTheClient_abortsTheServer() {
        CompletableFuture<RelayCounts> tunnel = begin();
        clientPeer().abort();
        loop.runReady();
        Outcomes.failure(StreamBrokenException.class, tunnel);
        Outcomes.failure(StreamBrokenException.class, waitClosed(serverPeer()));
    }

    @Test
    void lossOfASideThatHasEnded_isNoticed() {
        CompletableFuture<RelayCounts> tunnel = begin();
        clientPeer().writer().writeEof();
        loop.runReady();
        clientSide.toNear().drop();
        loop.runReady();
        Outcomes.failure(StreamBrokenException.class, tunnel);
        Outcomes.failure(StreamBrokenException.class, waitClosed(serverPeer()));
    }

    /** Its input ends as at the client's EOF, but the client has not ended. */
    @Test
    void closeOfASide_byTheProgram_failsTheTunnel() {
        for (boolean isClient : new boolean[] {true, false}) {
            clientSide = MemoryStreams.pair(loop);
            serverSide = MemoryStreams.pair(loop);
            CompletableFuture<RelayCounts> tunnel = begin();
            (isClient ? clientSide.far() : serverSide.near()).close();
            loop.runReady();
            assertThat(Outcomes.failure(StreamClosedException.class, tunnel))
                    .hasMessage("close() was called during relay()");
            Outcomes.failure(StreamBrokenException.class, waitClosed(isClient ? serverPeer() : clientPeer()));
        }
    }

    @Test
    void sideThatWasClosedBefore_failsTheTunnel() {
        clientSide.far().close();
        Outcomes.failure(StreamClosedException.class, begin());
        Outcomes.failure(StreamBrokenException.class, waitClosed(serverPeer()));
    }

    @Test
    void closeOfASide_whosePeerHasEnded_failsTheTunnel() {
        CompletableFuture<RelayCounts> tunnel = begin();
        clientPeer().writer().writeEof();
        loop.runReady();
        assertThat(tunnel).isNotDone();
        clientSide.far().close();
        loop.runReady();
        Outcomes.failure(StreamClosedException.class, tunnel);
        Outcomes.failure(StreamBrokenException.class, waitClosed(serverPeer()));
    }

    @Test
    void cancel_abortsBoth() {
        CompletableFuture<RelayCounts> tunnel = begin();
        assertThat(tunnel.cancel(false)).isTrue();
        assertBothAborted();
    }

    @Test
    void orTimeout_abortsBoth() {
        CompletableFuture<RelayCounts> tunnel = begin().orTimeout(1, TimeUnit.HOURS);
        loop.advance(Duration.ofHours(1));
        Outcomes.failure(TimeoutException.class, tunnel);
        assertBothAborted();
    }

    @Test
    void idleTunnel_isAborted_andBytesInEitherDirectionKeepIt() {
        CompletableFuture<RelayCounts> tunnel = beginWithIdleTimeout(Duration.ofSeconds(8));
        for (int i = 0; i < 6; i++) {
            loop.advance(Duration.ofMillis(7_900));
            assertThat(tunnel).isNotDone();
            (i % 2 == 0 ? clientPeer() : serverPeer()).writer().write(new byte[] {1});
            loop.runReady();
        }
        loop.advance(Duration.ofMillis(7_999));
        assertThat(tunnel).isNotDone();
        loop.advance(Duration.ofMillis(2_002));
        assertThat(Outcomes.failure(TimeoutException.class, tunnel))
                .hasMessage("no byte passed in either direction within 8 s");
        assertBothAborted();
        assertThat(loop.timerCount()).isZero();
    }

    /** The client has ended and the server cannot be told: the idle timeout still ends the tunnel before the minute. */
    @Test
    void idleTimeout_countsWhileTheServerMayAnswer() {
        serverSide = MemoryStreams.pair(loop, StreamLimits.DEFAULT, WITHOUT_HALF_CLOSE);
        CompletableFuture<RelayCounts> tunnel = beginWithIdleTimeout(Duration.ofSeconds(8));
        clientPeer().writer().writeEof();
        loop.runReady();
        loop.advance(Duration.ofMillis(7_999));
        assertThat(tunnel).isNotDone();
        loop.advance(Duration.ofMillis(2_001));
        assertThat(Outcomes.failure(TimeoutException.class, tunnel))
                .hasMessage("no byte passed in either direction within 8 s");
        assertBothAborted();
        assertThat(loop.timerCount()).isZero();
    }

    @Test
    void connectionWithAPendingRead_isRefused_andTheOtherIsLeftAlone() {
        loop.runReady();
        CompletableFuture<byte[]> read = serverSide.near().reader().readLine();
        assertThatThrownBy(() -> StreamConnection.relay(clientSide.far(), serverSide.near()))
                .isInstanceOf(ConcurrentReadException.class)
                .hasMessageContaining("readLine()");
        clientPeer().writer().write("still mine", UTF_8);
        assertThat(done(clientSide.far().reader().text(UTF_8).read(99))).isEqualTo("still mine");
        assertThat(read).isNotDone();
    }

    @Test
    void arguments_areChecked() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamConnection.relay(clientSide.far(), clientSide.far()))
                .withMessageContaining("one connection for both sides");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamConnection.relay(clientSide.far(), serverSide.near(), Duration.ZERO))
                .withMessage("idleTimeout <= 0: PT0S");
    }

    /** More than the wires hold, in both directions at once, between two loops. */
    @Test
    void bulkBetweenTwoLoops() throws Exception {
        byte[] there = new byte[3 << 20];
        byte[] back = new byte[2 << 20];
        new Random(3).nextBytes(there);
        new Random(4).nextBytes(back);
        try (BackgroundLoop one = new BackgroundLoop();
                BackgroundLoop other = new BackgroundLoop()) {
            MemoryPair client = MemoryStreams.pair(one);
            MemoryPair server = MemoryStreams.pair(other);
            CompletableFuture<RelayCounts> tunnel = StreamConnection.relay(client.far(), server.near());
            client.near().writer().write(there);
            client.near().writer().writeEof();
            server.far().writer().write(back);
            server.far().writer().writeEof();
            CompletableFuture<byte[]> atServer = server.far().reader().readAll(there.length);
            CompletableFuture<byte[]> atClient = client.near().reader().readAll(back.length);
            assertThat(atServer.get(20, TimeUnit.SECONDS)).isEqualTo(there);
            assertThat(atClient.get(20, TimeUnit.SECONDS)).isEqualTo(back);
            assertThat(tunnel.get(20, TimeUnit.SECONDS)).isEqualTo(new RelayCounts(there.length, back.length));
        }
    }
}
