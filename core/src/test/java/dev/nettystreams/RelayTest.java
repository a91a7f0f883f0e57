package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.MemoryOptions;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** R10: a relay from a reader into a writer, and lines for callbacks. */
class RelayTest {
    private final Bench source = new Bench(StreamLimits.DEFAULT.withReadLimit(4));
    private final ScriptedTransport sink = new ScriptedTransport(source.loop);
    private final StreamWriter target = sink.connect().writer();

    @Test
    void relay_movesWhatIsThereAndWhatComes_thenEof() {
        source.wire.feed("before ");
        CompletableFuture<Long> relay = source.read(r -> r.relayTo(target));
        source.wire.feed("after");
        assertThat(relay).isNotDone();
        source.wire.eof();
        assertThat(sink.writtenText()).isEqualTo("before after");
        assertThat(sink.calls).contains("writeEof");
        assertThat(Outcomes.value(relay)).isEqualTo(12L);
    }

    /** A tunnel takes both readers first: it may not get the second. */
    @Test
    void relay_thatHasNotStarted_movesNothing() {
        Relay relay = new Relay("relay", source.reader.core.input, target.core);
        source.run(relay::occupy);
        source.wire.feed("kept");
        source.run(() -> {});
        assertThat(relay.movedByteCount()).isZero();
        source.run(relay::start);
        assertThat(sink.writtenText()).isEqualTo("kept");
        source.wire.feed(" and more");
        assertThat(sink.writtenText()).isEqualTo("kept and more");
    }

    @Test
    void relay_thatIsCancelledBeforeItsStart_leavesTheBytes() {
        Relay relay = new Relay("relay", source.reader.core.input, target.core);
        source.run(relay::occupy);
        source.wire.feed("kept");
        relay.cancel(false);
        byte[] read = Outcomes.value(source.read(r -> r.readExactly(4)));
        assertThat(read).isEqualTo("kept".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void relay_intoATargetWithoutHalfClose_sendsNoEof() {
        sink.canWriteEof = false;
        CompletableFuture<Long> relay = source.read(r -> r.relayTo(target));
        source.wire.eof();
        assertThat(Outcomes.value(relay)).isZero();
        assertThat(sink.calls).doesNotContain("writeEof");
    }

    @Test
    void relay_onOneLoop_handsTheChunkOnUncopied() {
        CompletableFuture<Long> relay = source.read(r -> r.relayTo(target));
        source.wire.feed("chunk");
        assertThat(sink.calls).contains("writeChunk").doesNotContain("writeOwned");
        assertThat(relay).isNotDone();
    }

    @Test
    void relay_toACloggedTarget_pausesItsSource_andGoesOn() {
        CompletableFuture<Long> relay = source.read(r -> r.relayTo(target));
        sink.isWritable = false;
        source.wire.feed("1");
        assertThat(source.wire.isPaused).isTrue();
        source.wire.feed("still under way");
        assertThat(sink.writtenText()).isEqualTo("1");
        sink.becomeWritable();
        assertThat(sink.writtenText()).isEqualTo("1still under way");
        assertThat(source.wire.isPaused).isFalse();
        source.wire.eof();
        assertThat(Outcomes.value(relay)).isEqualTo(16L);
    }

    /** Each pause would cost two system calls, and a turn of the loop. */
    @Test
    void relay_toATargetThatAFlushUnclogs_doesNotPauseItsSource() {
        CompletableFuture<Long> relay = source.read(r -> r.relayTo(target));
        sink.isWritableAfterFlush = true;
        source.wire.calls.clear();
        for (int i = 0; i < 10; i++) {
            sink.isWritable = false;
            source.wire.feed("chunk");
        }
        assertThat(source.wire.calls).doesNotContain("pauseReading", "resumeReading");
        assertThat(sink.written.size()).isEqualTo(50);
        assertThat(relay).isNotDone();
    }

    @Test
    void relay_occupiesTheReader_untilItIsCancelled_andLosesNothing() {
        CompletableFuture<Long> relay = source.read(r -> r.relayTo(target));
        assertThatThrownBy(() -> source.reader.read(1)).isInstanceOf(ConcurrentReadException.class);
        source.wire.feed("moved");
        assertThat(relay.cancel(false)).isTrue();
        source.wire.feed("kept");
        assertThat(sink.writtenText()).isEqualTo("moved");
        assertThat(Outcomes.text(source.read(r -> r.read(99)))).isEqualTo("kept");
    }

    @Test
    void relay_whoseSourceBreaks_movesWhatCame_thenFails() {
        CompletableFuture<Long> relay = source.read(r -> r.relayTo(target));
        source.wire.feed("last");
        source.wire.lose(new IOException("reset"));
        assertThat(sink.writtenText()).isEqualTo("last");
        Outcomes.failure(StreamBrokenException.class, relay);
    }

    @Test
    void relay_whoseTargetBreaks_fails_andLeavesTheRestInTheReader() {
        CompletableFuture<Long> relay = source.read(r -> r.relayTo(target));
        sink.isWritable = false;
        source.wire.feed("1");
        source.wire.feed("rest");
        sink.lose(new IOException("reset"));
        Outcomes.failure(StreamBrokenException.class, relay);
        assertThat(Outcomes.text(source.read(r -> r.read(99)))).isEqualTo("rest");
    }

    @Test
    void relay_whoseTargetIsClosed_fails_andLeavesTheBytes() {
        CompletableFuture<Long> relay = source.read(r -> r.relayTo(target));
        source.run(target::close);
        source.wire.feed("too late");
        Outcomes.failure(StreamClosedException.class, relay);
        assertThat(Outcomes.text(source.read(r -> r.read(99)))).isEqualTo("too late");
    }

    @Test
    void relay_whoseTargetIsClosed_leavesWhatWasBufferedBefore() {
        source.wire.feed("early");
        source.run(target::close);
        Outcomes.failure(StreamClosedException.class, source.read(r -> r.relayTo(target)));
        assertThat(Outcomes.text(source.read(r -> r.read(99)))).isEqualTo("early");
    }

    /** A5: the callback of a failed relay can read the remaining bytes. */
    @Test
    void relay_whoseCallbackReads_hasPutTheBytesBackBefore() {
        CompletableFuture<Long> relay = source.read(r -> r.relayTo(target));
        List<CompletableFuture<byte[]>> next = new ArrayList<>();
        var unused = relay.whenComplete((moved, failure) -> next.add(source.reader.read(99)));
        source.run(target::close);
        source.wire.feed("too late");
        assertThat(Outcomes.text(next.get(0))).isEqualTo("too late");
    }

    @Test
    void relay_heldByItsTarget_endsWithItsSourcesLoop() {
        ScriptedTransport far = new ScriptedTransport();
        CompletableFuture<Long> relay = source.read(r -> r.relayTo(far.connect().writer()));
        far.isWritable = false;
        source.wire.feed("x".repeat(StreamLimits.DEFAULT.writeHighMarkBytes() + 1));
        far.loop.runReady();
        assertThat(relay).isNotDone();
        source.loop.shutDown();
        far.lose(new IOException("reset"));
        Outcomes.failure(StreamBrokenException.class, relay);
    }

    @Test
    void relay_acrossLoops_movesAFlood() throws Exception {
        byte[] sent = new byte[1 << 20];
        new Random(2).nextBytes(sent);
        try (BackgroundLoop one = new BackgroundLoop();
                BackgroundLoop other = new BackgroundLoop()) {
            MemoryPair in = MemoryStreams.pair(one);
            MemoryPair out = MemoryStreams.pair(other, StreamLimits.DEFAULT, MemoryOptions.DEFAULT.withChunks(777));
            CompletableFuture<Long> relay = in.far().reader().relayTo(out.near().writer());
            in.near().writer().write(sent);
            in.near().writer().writeEof();
            byte[] received = out.far().reader().readAll(sent.length).get(30, TimeUnit.SECONDS);
            assertThat(received).isEqualTo(sent);
            assertThat(relay.get(30, TimeUnit.SECONDS)).isEqualTo(sent.length);
        }
    }

    @Test
    void forEachLine_waitsForEachStage_andEndsAtEof() {
        List<String> lines = new ArrayList<>();
        CompletableFuture<Void> gate = new CompletableFuture<>();
        Bench bench = new Bench();
        CompletableFuture<Void> all = bench.read(r -> r.forEachLine(line -> {
            lines.add(new String(line, StandardCharsets.US_ASCII));
            return lines.size() == 1 ? gate : null;
        }));
        bench.wire.feed("a\n\nc");
        assertThat(lines).containsExactly("a\n");
        bench.run(() -> gate.complete(null));
        bench.wire.eof();
        Outcomes.value(all);
        assertThat(lines).containsExactly("a\n", "\n", "c");
    }

    @Test
    void forEachLine_failsWithWhatItsFunctionFailsWith() {
        Bench bench = new Bench();
        CompletableFuture<Void> all = bench.read(r -> r.forEachLine(line -> {
            throw new IllegalStateException("a bug");
        }));
        bench.wire.feed("a\n");
        Outcomes.failure(IllegalStateException.class, all);
    }
}
