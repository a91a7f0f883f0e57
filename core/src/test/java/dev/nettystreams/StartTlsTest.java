package dev.nettystreams;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** T1, T2, T3, T7, T8: how plaintext ends, and how pending operations end if TLS does not start. */
class StartTlsTest {
    private static final TlsSession SESSION = ToyTls.SESSION;

    private final Bench bench = new Bench();
    private final ToyTls tls = new ToyTls(LeftoverPolicy.REFUSE);

    private CompletableFuture<TlsSession> startTls(ToyTls upgrade, String lastPlaintext) {
        return bench.onLoop(() -> bench.writer.startTls(upgrade, lastPlaintext.getBytes(US_ASCII)));
    }

    private CompletableFuture<TlsSession> startTls() {
        return startTls(tls, "");
    }

    private void sendAll() {
        bench.wire.reportFlushed(bench.wire.tickets.get(bench.wire.tickets.size() - 1));
    }

    private void handshake(ToyTls upgrade) {
        bench.run(() -> upgrade.handshake.complete(SESSION));
    }

    @Test
    void lastPlaintext_isSentBehindEverything_withReadingStopped_beforeTlsBegins() {
        bench.onLoop(() -> {
            bench.writer.write("250 fine\r\n".getBytes(US_ASCII));
            return null;
        });
        bench.wire.calls.clear();
        CompletableFuture<TlsSession> secured = startTls(tls, "220 go\r\n");
        assertThat(bench.wire.calls).containsExactly("pauseReading", "write", "notifyFlushed");
        assertThat(bench.wire.writtenText()).isEqualTo("250 fine\r\n220 go\r\n");
        assertThat(tls.leftover).isNull();
        sendAll();
        assertThat(tls.leftover).isEmpty();
        assertThat(bench.wire.calls)
                .containsExactly("pauseReading", "write", "notifyFlushed", "beginTls", "resumeReading");
        assertThat(secured).isNotDone();
        assertThat(bench.writer.tlsSession()).isNull();
        handshake(tls);
        assertThat(Outcomes.value(secured)).isEqualTo(SESSION);
    }

    @Test
    void streams_goOnUnderTls() {
        CompletableFuture<TlsSession> secured = startTls();
        sendAll();
        handshake(tls);
        Outcomes.value(secured);
        assertThat(bench.writer.tlsSession()).isEqualTo(SESSION);
        assertThat(bench.writer.getExtraInfo("cipher")).isEqualTo("TLS_AES_128_GCM_SHA256");
        assertThat(bench.writer.getExtraInfo("peercert")).isNull();
        assertThat(bench.writer.canWriteEof()).isFalse();
        assertThatThrownBy(() -> bench.writer.writeEof()).isInstanceOf(UnsupportedOperationException.class);
        bench.wire.feed("decrypted");
        assertThat(Outcomes.text(bench.read(r -> r.readExactly(9)))).isEqualTo("decrypted");
        bench.writer.write("from elsewhere".getBytes(US_ASCII));
        bench.loop.runReady();
        assertThat(bench.wire.writtenText()).isEqualTo("from elsewhere");
        bench.loop.advance(Duration.ofHours(1));
        assertThat(bench.wire.count("abort")).isZero();
    }

    @Test
    void upgradeThatIsNotReady_isWaitedFor_beforeAnythingIsSent() {
        tls.prepared = new CompletableFuture<>();
        bench.wire.calls.clear();
        CompletableFuture<TlsSession> secured = startTls(tls, "STARTTLS\r\n");
        assertThat(bench.wire.calls).isEmpty();
        bench.run(() -> tls.prepared.complete(null));
        assertThat(bench.wire.calls).containsExactly("pauseReading", "write", "notifyFlushed");
        sendAll();
        handshake(tls);
        assertThat(Outcomes.value(secured)).isEqualTo(SESSION);
    }

    @Test
    void upgradeThatCannotBeMadeReady_failsIt() {
        tls.prepared = CompletableFuture.failedFuture(new SSLException("no such key (in a test)"));
        CompletableFuture<TlsSession> secured = startTls(tls, "STARTTLS\r\n");
        assertEverythingFailsWith(Outcomes.failure(SSLException.class, secured));
    }

    @Test
    void upgradeThatIsNeverReady_isCutOffByTheDeadline() {
        tls.prepared = new CompletableFuture<>();
        CompletableFuture<TlsSession> secured = startTls();
        bench.loop.advance(Duration.ofSeconds(60));
        Outcomes.failure(SSLException.class, secured);
        bench.run(() -> tls.prepared.complete(null));
        assertThat(tls.leftover).isNull();
    }

    @Test
    void unreadBytes_ofAServer_areRefusedByItsClient() {
        bench.wire.feed("220 go\r\n250 injected\r\n");
        assertThat(Outcomes.text(bench.read(StreamReader::readLine))).isEqualTo("220 go\r\n");
        CompletableFuture<TlsSession> secured = startTls();
        sendAll();
        PlaintextInjectionException refusal = Outcomes.failure(PlaintextInjectionException.class, secured);
        assertThat(refusal.byteCount()).isEqualTo(14);
        assertThat(refusal).hasMessageNotContaining("injected");
        assertThat(tls.leftover).isNull();
        assertEverythingFailsWith(refusal);
    }

    /** An attacker injects bytes and closes: the failure names the injection, and no read returns the bytes. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void unreadBytesAndTheEnd_areAnInjectionAllTheSame(boolean isEndLater) {
        bench.wire.feed("220 go\r\n250 injected\r\n");
        Outcomes.text(bench.read(StreamReader::readLine));
        if (!isEndLater) {
            bench.wire.eof();
        }
        CompletableFuture<TlsSession> secured = startTls();
        if (isEndLater) {
            bench.wire.eof();
        }
        PlaintextInjectionException refusal = Outcomes.failure(PlaintextInjectionException.class, secured);
        assertThat(refusal.byteCount()).isEqualTo(14);
        assertThat(Outcomes.text(bench.read(r -> r.read(-1)))).isEmpty();
        assertThat(Outcomes.failure(StreamBrokenException.class, bench.onLoop(() -> bench.writer.drain())))
                .hasCause(refusal);
        assertThat(bench.wire.count("abort")).isEqualTo(1);
        assertThat(bench.wire.writtenText()).isEmpty();
    }

    /**
     * The go-ahead cannot be sent, and the upgrade fails in one way or another: bytes after the command are not read as
     * a command.
     */
    @ParameterizedTest
    @ValueSource(strings = {"deadline", "cancel", "loss", "close"})
    void unreadBytes_areNotReadAfterAFailure(String end) {
        ToyTls server = new ToyTls(LeftoverPolicy.HAND_OVER);
        bench.wire.feed("STARTTLS\r\nRCPT TO:<injected>\r\n");
        Outcomes.text(bench.read(StreamReader::readLine));
        CompletableFuture<TlsSession> secured = startTls(server, "220 go\r\n");
        switch (end) {
            case "deadline" -> bench.loop.advance(Duration.ofHours(1));
            case "cancel" -> secured.cancel(false);
            case "loss" -> bench.wire.lose(new IOException("reset (in a test)"));
            default -> bench.connection.close();
        }
        bench.loop.runReady();
        assertThat(secured).isCompletedExceptionally();
        assertThat(bench.read(r -> r.read(-1))).isCompletedExceptionally();
        assertThat(bench.reader.core.input.bufferedByteCount()).isZero();
    }

    @Test
    void bytesThatComeWhileTheGoAheadIsSent_countAsUnread() {
        CompletableFuture<TlsSession> secured = startTls();
        bench.wire.feed("!");
        sendAll();
        assertThat(Outcomes.failure(PlaintextInjectionException.class, secured).byteCount())
                .isEqualTo(1);
    }

    @Test
    void unreadBytes_ofAClient_areTheBeginningOfTls() {
        ToyTls server = new ToyTls(LeftoverPolicy.HAND_OVER);
        bench.wire.feed("STARTTLS\r\nhello, or not");
        Outcomes.text(bench.read(StreamReader::readLine));
        CompletableFuture<TlsSession> secured = startTls(server, "220 go\r\n");
        sendAll();
        assertThat(server.leftover).asString(US_ASCII).isEqualTo("hello, or not");
        handshake(server);
        Outcomes.value(secured);
        assertThat(bench.reader.core.input.bufferedByteCount()).isZero();
    }

    @Test
    void unreadBytes_thatAreDropped_neverSurface() {
        ToyTls server = new ToyTls(LeftoverPolicy.DISCARD);
        bench.wire.feed("EVIL\r\n");
        CompletableFuture<TlsSession> secured = startTls(server, "");
        sendAll();
        assertThat(server.leftover).isEmpty();
        handshake(server);
        Outcomes.value(secured);
        bench.wire.feed("good\n");
        assertThat(Outcomes.text(bench.read(StreamReader::readLine))).isEqualTo("good\n");
    }

    @ParameterizedTest
    @EnumSource(LeftoverPolicy.class)
    void lineThatWasTooLong_isNoMoreAfterwards(LeftoverPolicy policy) {
        Bench small = Bench.withReadLimit(4);
        ToyTls upgrade = new ToyTls(policy);
        small.wire.feed("much too long");
        Outcomes.failure(LimitOverrunException.class, small.read(StreamReader::readLine));
        CompletableFuture<TlsSession> secured = small.onLoop(() -> small.writer.startTls(upgrade));
        small.wire.reportFlushed(small.wire.tickets.get(0));
        if (policy == LeftoverPolicy.REFUSE) {
            Outcomes.failure(PlaintextInjectionException.class, secured);
            return;
        }
        small.run(() -> upgrade.handshake.complete(SESSION));
        Outcomes.value(secured);
        small.wire.feed("ok\n");
        assertThat(Outcomes.text(small.read(StreamReader::readLine))).isEqualTo("ok\n");
    }

    @Test
    void pendingRead_refusesIt_andIsNotDisturbed() {
        CompletableFuture<byte[]> line = bench.read(StreamReader::readLine);
        assertThatThrownBy(() -> bench.writer.startTls(tls)).isInstanceOf(ConcurrentReadException.class);
        bench.wire.feed("line\n");
        assertThat(Outcomes.text(line)).isEqualTo("line\n");
        bench.writer.write("still open".getBytes(US_ASCII));
    }

    @Test
    void readsAndWrites_areRefusedMeanwhile_onAnyThread() {
        CompletableFuture<TlsSession> secured = startTls();
        for (int phase = 0; phase < 2; phase++) {
            assertThatThrownBy(() -> bench.reader.read(1)).isInstanceOf(ConcurrentReadException.class);
            assertThatThrownBy(() -> bench.writer.startTls(tls)).isInstanceOf(IllegalStateException.class);
            assertThatIllegalStateException()
                    .isThrownBy(() -> bench.writer.write(new byte[1]))
                    .withMessage("write() called during startTls()");
            assertThatIllegalStateException()
                    .isThrownBy(() -> bench.onLoop(() -> {
                        bench.writer.write(new byte[1]);
                        return null;
                    }));
            assertThatIllegalStateException().isThrownBy(() -> bench.writer.writeEof());
            if (phase == 0) {
                sendAll();
            }
        }
        assertThat(bench.wire.writtenText()).isEmpty();
        handshake(tls);
        Outcomes.value(secured);
    }

    @Test
    void relayIntoIt_endsAtTheBorder() {
        Bench source = new Bench();
        CompletableFuture<Long> relay = source.read(r -> r.relayTo(bench.writer));
        CompletableFuture<TlsSession> secured = startTls();
        source.wire.feed("plaintext");
        Outcomes.failure(IllegalStateException.class, relay);
        assertThat(secured).isNotDone();
        assertThat(bench.wire.writtenText()).isEmpty();
        assertThat(source.reader.core.input.bufferedByteCount()).isEqualTo(9);
    }

    @Test
    void handshakeThatFails_endsTheConnection_andEverythingSaysWhy() {
        CompletableFuture<TlsSession> secured = startTls();
        sendAll();
        SSLHandshakeException reason = new SSLHandshakeException("no agreement");
        bench.run(() -> tls.handshake.completeExceptionally(reason));
        assertThat(Outcomes.failure(SSLHandshakeException.class, secured)).isSameAs(reason);
        assertEverythingFailsWith(reason);
    }

    @Test
    void upgradeThatThrows_endsTheConnection() {
        IllegalArgumentException reason = new IllegalArgumentException("no host to verify");
        ToyTls thrower = new ToyTls(LeftoverPolicy.REFUSE);
        thrower.handshake.completeExceptionally(reason);
        CompletableFuture<TlsSession> secured = startTls(thrower, "");
        sendAll();
        assertThat(Outcomes.failure(IllegalArgumentException.class, secured)).isSameAs(reason);
        assertEverythingFailsWith(reason);
    }

    @Test
    void deadline_coversTheLastPlaintext() {
        CompletableFuture<TlsSession> secured = startTls();
        bench.loop.advance(Duration.ofSeconds(59));
        assertThat(secured).isNotDone();
        bench.loop.advance(Duration.ofSeconds(1));
        assertThat(Outcomes.failure(SSLHandshakeException.class, secured)).hasMessageContaining("60 s");
        assertThat(bench.wire.count("abort")).isEqualTo(1);
        sendAll();
        assertThat(tls.leftover).isNull();
    }

    @Test
    void deadline_coversTheHandshake() {
        CompletableFuture<TlsSession> secured = startTls();
        sendAll();
        bench.loop.advance(Duration.ofSeconds(60));
        SSLHandshakeException reason = Outcomes.failure(SSLHandshakeException.class, secured);
        assertEverythingFailsWith(reason);
        handshake(tls);
        assertThat(bench.writer.tlsSession()).isNull();
    }

    @Test
    void cancelled_atAnyMoment_endsTheConnection() {
        for (int moment = 0; moment < 3; moment++) {
            Bench fresh = new Bench();
            ToyTls upgrade = new ToyTls(LeftoverPolicy.REFUSE);
            CompletableFuture<TlsSession> secured = fresh.writer.startTls(upgrade);
            if (moment > 0) {
                fresh.loop.runReady();
            }
            if (moment > 1) {
                fresh.wire.reportFlushed(fresh.wire.tickets.get(0));
            }
            assertThat(secured.cancel(false)).isTrue();
            fresh.loop.runReady();
            Outcomes.failure(CancellationException.class, secured);
            assertThat(fresh.wire.count("abort")).isEqualTo(1);
            Outcomes.failure(StreamClosedException.class, fresh.read(r -> r.read(1)));
            assertThatThrownBy(() -> fresh.writer.write(new byte[1])).isInstanceOf(StreamClosedException.class);
        }
    }

    @Test
    void close_andAbort_meanwhile_endIt() {
        CompletableFuture<TlsSession> closed = startTls();
        bench.writer.close();
        bench.loop.runReady();
        assertThat(Outcomes.failure(StreamClosedException.class, closed))
                .hasMessage("close() was called during startTls()");
        assertThat(bench.wire.count("abort")).isEqualTo(1);
        Bench other = new Bench();
        CompletableFuture<TlsSession> aborted = other.onLoop(() -> other.writer.startTls(tls));
        other.writer.abort();
        other.loop.runReady();
        assertThat(Outcomes.failure(StreamClosedException.class, aborted)).hasMessage("abort() was called");
    }

    @Test
    void peersEof_beforeOrMeanwhile_endsIt() {
        CompletableFuture<TlsSession> meanwhile = startTls();
        bench.wire.eof();
        Outcomes.failure(StreamBrokenException.class, meanwhile);
        assertThat(bench.wire.count("abort")).isEqualTo(1);
        Bench other = new Bench();
        other.wire.eof();
        CompletableFuture<TlsSession> after = other.onLoop(() -> other.writer.startTls(tls));
        Outcomes.failure(StreamBrokenException.class, after);
        assertThat(other.wire.count("abort")).isEqualTo(1);
    }

    @Test
    void loss_meanwhile_failsIt() {
        CompletableFuture<TlsSession> secured = startTls();
        sendAll();
        IOException reset = new IOException("reset");
        bench.wire.lose(reset);
        assertThat(Outcomes.failure(StreamBrokenException.class, secured)).hasCause(reset);
        Outcomes.failure(StreamBrokenException.class, bench.read(r -> r.read(1)));
    }

    @Test
    void afterTheOutputHasEnded_itIsRefused() {
        bench.onLoop(() -> {
            bench.writer.writeEof();
            return null;
        });
        assertThatThrownBy(() -> bench.writer.startTls(tls))
                .isInstanceOf(StreamClosedException.class)
                .hasMessage("startTls() called after writeEof()");
        Bench other = new Bench();
        other.run(() -> other.writer.close());
        assertThatThrownBy(() -> other.writer.startTls(tls)).hasMessage("startTls() called after close()");
        other.wire.lose(null);
        assertThat(Outcomes.text(other.read(r -> r.read(1)))).isEmpty();
    }

    @Test
    void truncation_hasAnExceptionOfItsOwn_behindTheBytes() {
        CompletableFuture<TlsSession> secured = startTls();
        sendAll();
        handshake(tls);
        Outcomes.value(secured);
        bench.wire.feed("half an ans");
        bench.wire.lose(new TlsTruncationException("cut", null));
        assertThat(Outcomes.text(bench.read(r -> r.read(99)))).isEqualTo("half an ans");
        for (int i = 0; i < 2; i++) {
            assertThat(Outcomes.failure(TlsTruncationException.class, bench.read(r -> r.read(1))))
                    .hasMessage("cut");
        }
        Outcomes.failure(TlsTruncationException.class, bench.onLoop(() -> bench.writer.drain()));
        Outcomes.failure(TlsTruncationException.class, bench.onLoop(() -> bench.connection.waitClosed()));
        assertThat(bench.reader.atEof()).isFalse();
    }

    private void assertEverythingFailsWith(Throwable reason) {
        assertThat(bench.wire.count("abort")).isEqualTo(1);
        assertThat(Outcomes.failure(StreamBrokenException.class, bench.read(r -> r.read(1))))
                .hasCause(reason);
        assertThat(Outcomes.failure(StreamBrokenException.class, bench.onLoop(() -> bench.writer.drain())))
                .hasCause(reason);
        CompletableFuture<Void> closed = bench.onLoop(() -> bench.connection.waitClosed());
        bench.wire.lose(null);
        assertThat(Outcomes.failure(StreamBrokenException.class, closed)).hasCause(reason);
        assertThatThrownBy(() -> bench.writer.write(new byte[1])).isInstanceOf(StreamClosedException.class);
        assertThat(bench.wire.writtenText()).isEmpty();
    }

    // ---- calls of other threads that the loop has not run yet

    @Test
    void lastPlaintext_isCopied() {
        byte[] go = "220 go".getBytes(US_ASCII);
        CompletableFuture<TlsSession> secured = bench.writer.startTls(tls, go);
        go[0] = '!';
        bench.loop.runReady();
        assertThat(bench.wire.writtenText()).isEqualTo("220 go");
        assertThat(secured).isNotDone();
    }

    @Test
    void secured_leavesNoTimer() {
        CompletableFuture<TlsSession> secured = startTls();
        assertThat(bench.loop.timerCount()).isEqualTo(1);
        sendAll();
        handshake(tls);
        Outcomes.value(secured);
        assertThat(bench.loop.timerCount()).isZero();
    }

    @Test
    void closeJustBeforeTheHandshakeIsDone_failsIt() {
        CompletableFuture<TlsSession> secured = startTls();
        sendAll();
        bench.writer.close();
        bench.loop.run(() -> tls.handshake.complete(SESSION));
        assertThat(Outcomes.failure(StreamClosedException.class, secured))
                .hasMessageContaining("closed during startTls()");
        bench.loop.runReady();
        assertThat(bench.writer.tlsSession()).isNull();
        assertThat(bench.wire.count("abort")).isEqualTo(1);
    }

    @Test
    void cancelledJustBeforeTheSwitch_itPutsNoTlsIn() {
        CompletableFuture<TlsSession> secured = startTls();
        CompletableFuture<Boolean> cancelled = CompletableFuture.supplyAsync(() -> secured.cancel(false));
        assertThat(cancelled.join()).isTrue();
        bench.loop.run(() -> bench.wire.events().flushed(bench.wire.tickets.get(0)));
        bench.loop.runReady();
        assertThat(tls.leftover).isNull();
        assertThat(bench.wire.calls).doesNotContain("beginTls").contains("abort");
    }

    @Test
    void cancelledJustBeforeTheLastPlaintext_itSendsNothing() {
        tls.prepared = new CompletableFuture<>();
        CompletableFuture<TlsSession> secured = startTls(tls, "220 go");
        CompletableFuture<Boolean> cancelled = CompletableFuture.supplyAsync(() -> secured.cancel(false));
        assertThat(cancelled.join()).isTrue();
        bench.loop.run(() -> tls.prepared.complete(null));
        bench.loop.runReady();
        assertThat(bench.wire.writtenText()).isEmpty();
        assertThat(bench.wire.calls).contains("abort");
    }

    @Test
    void cancelledBeforeTheLoopKnowsOfIt_itPreparesNothing() {
        ToyTls unasked = new ToyTls(LeftoverPolicy.REFUSE);
        CompletableFuture<TlsSession> secured = bench.writer.startTls(unasked);
        assertThat(secured.cancel(false)).isTrue();
        bench.loop.runReady();
        assertThat(unasked.prepareCount).isZero();
        assertThat(bench.loop.timerCount()).isZero();
        assertThat(bench.wire.calls).contains("abort");
    }
}
