package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.spi.Chunk;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** No byte overtakes another, none is read twice, and no connection stays paused: input, reader and gate together. */
class InputOrderTest {
    private static final int LIMIT = 4;

    private final Bench bench = Bench.withReadLimit(LIMIT);

    /** Reads on this thread, which is not the loop's; the loop answers and lends the rest. */
    private void lend(String rest) {
        CompletableFuture<byte[]> read = bench.reader.readExactly(1);
        bench.loop.runReady();
        bench.wire.feed("!" + rest);
        assertThat(Outcomes.text(read)).isEqualTo("!");
    }

    @Test
    void chunkThatIsLongEnoughAlone_goesBehindWhatIsBuffered() {
        List<Function<StreamReader, CompletableFuture<byte[]>>> reads =
                List.of(r -> r.readExactly(5), r -> r.peek(5), r -> r.readUntil(Latin1.bytes("g")));
        for (Function<StreamReader, CompletableFuture<byte[]>> read : reads) {
            Bench each = new Bench();
            each.wire.feed("ab");
            CompletableFuture<byte[]> waiting = each.read(read);
            each.wire.feed("cdefg");
            assertThat(Outcomes.text(waiting)).startsWith("abcde");
        }
    }

    @Test
    void chunkThatComesBeforeARelayHasBegun_goesBehindWhatIsBuffered() {
        Bench sink = new Bench();
        bench.wire.feed("a");
        CompletableFuture<Long> relay = bench.reader.relayTo(sink.writer);
        bench.loop.run(() -> bench.wire.events().dataReceived(bench.wire.chunk("b")));
        bench.loop.runReady();
        sink.loop.runReady();
        assertThat(sink.wire.writtenText()).isEqualTo("ab");
        assertThat(relay).isNotDone();
    }

    @Test
    void chunkThatComesBeforeARelayHasBegun_onOneLoop_goesBehindWhatIsBuffered() {
        ScriptedTransport sink = new ScriptedTransport(bench.loop);
        StreamWriter target = sink.connect().writer();
        bench.wire.feed("a");
        CompletableFuture<Long> relay = bench.reader.relayTo(target);
        bench.loop.run(() -> bench.wire.events().dataReceived(bench.wire.chunk("b")));
        bench.loop.runReady();
        assertThat(sink.writtenText()).isEqualTo("ab");
        assertThat(relay).isNotDone();
    }

    @Test
    void readOnTheLoop_whileAnotherThreadTakes_isRefused() {
        lend("two");
        LendableQueue lent = bench.reader.core.input.lent();
        assertThat(lent.tryUse()).isNotEqualTo(LendableQueue.NOT_LENT);
        assertThatThrownBy(() -> bench.read(StreamReader::readLine)).isInstanceOf(ConcurrentReadException.class);
        lent.endUse();
        assertThat(Outcomes.text(bench.read(r -> r.read(9)))).isEqualTo("two");
    }

    @Test
    void readAvailable_hasWhatCameWhileAReaderWasAtIt() {
        lend("two ");
        LendableQueue lent = bench.reader.core.input.lent();
        assertThat(lent.tryUse()).isNotEqualTo(LendableQueue.NOT_LENT);
        bench.wire.feed("three");
        lent.endUse();
        CompletableFuture<byte[]> available = bench.reader.readAvailable();
        bench.loop.runReady();
        assertThat(Outcomes.text(available)).isEqualTo("two three");
    }

    @Test
    void loss_isToldToEveryReadThatHasNothing() {
        bench.wire.lose(new IOException("reset"));
        List<Function<StreamReader, CompletableFuture<?>>> reads = List.of(
                r -> r.read(0),
                r -> r.read(1),
                r -> r.readExactly(0),
                r -> r.peek(0),
                StreamReader::readAvailable,
                r -> r.skip(0),
                r -> r.readAll(9));
        for (Function<StreamReader, CompletableFuture<?>> read : reads) {
            Outcomes.failure(StreamBrokenException.class, bench.onLoop(() -> read.apply(bench.reader)));
        }
    }

    @Test
    void atEof_isTrueAtOnce_ifNothingIsLeft() {
        bench.wire.eof();
        assertThat(bench.reader.atEof()).isTrue();
    }

    // ---- the gate

    @Test
    void readerElsewhere_opensTheGateAgainAndAgain_atTheLimit() {
        for (int round = 0; round < 3; round++) {
            lend("123456789");
            assertThat(bench.wire.isPaused).isTrue();
            Outcomes.value(bench.reader.readExactly(9 - LIMIT - 1));
            bench.loop.runReady();
            assertThat(bench.wire.isPaused).isTrue();
            Outcomes.value(bench.reader.readExactly(1));
            bench.loop.runReady();
            assertThat(bench.wire.isPaused).isFalse();
            Outcomes.value(bench.reader.readExactly(LIMIT));
        }
    }

    /** Feeds a chunk; another thread takes all lent bytes just after the loop has read their number. */
    private void feedWhileItIsTaken(String text) {
        LendableQueue lent = bench.reader.core.input.lent();
        Chunk chunk = bench.wire.chunk(text);
        bench.wire.beforeUse = () -> {
            bench.wire.beforeUse = () -> {};
            assertThat(lent.tryUse()).isNotEqualTo(LendableQueue.NOT_LENT);
            lent.inUse().drop(lent.inUse().size());
            lent.endUse(); // it could not see the pause
        };
        bench.loop.run(() -> bench.wire.events().dataReceived(chunk));
    }

    @Test
    void pauseThatTheReaderElsewhereHasNotSeen_isTakenBack() {
        lend("12345678");
        feedWhileItIsTaken("1234");
        assertThat(bench.wire.isPaused).isFalse();
        assertThat(bench.reader.core.input.bufferedByteCount()).isEqualTo(4);
    }

    @Test
    void pauseThatTheReaderElsewhereHasNotSeen_stays_ifWhatHasComeIsTooMuch() {
        lend("12345678");
        feedWhileItIsTaken("12345");
        assertThat(bench.wire.isPaused).isTrue();
        assertThat(bench.reader.core.input.bufferedByteCount()).isEqualTo(5);
    }

    // ---- the end of a relay

    private final ScriptedTransport sink = new ScriptedTransport(bench.loop);
    private final StreamWriter target = sink.connect().writer();

    /** Returns a relay that waits for its target, with bytes left in the reader. */
    private CompletableFuture<Long> heldRelay() {
        CompletableFuture<Long> relay = bench.read(r -> r.relayTo(target));
        sink.isWritable = false;
        bench.wire.feed("gone");
        bench.wire.feed("rest");
        assertThat(bench.wire.isPaused).isTrue();
        return relay;
    }

    @Test
    void relay_whoseTargetIsLost_leavesReadingOn() {
        CompletableFuture<Long> relay = heldRelay();
        sink.lose(new IOException("reset"));
        Outcomes.failure(StreamBrokenException.class, relay);
        assertThat(bench.wire.isPaused).isFalse();
    }

    @Test
    void relay_ofAnInputThatHasEnded_isNotFailedByALossBehindTheEnd() {
        CompletableFuture<Long> relay = heldRelay();
        bench.wire.eof();
        bench.wire.lose(new IOException("reset"));
        sink.becomeWritable();
        assertThat(Outcomes.value(relay)).isEqualTo(8L);
        assertThat(sink.writtenText()).isEqualTo("gonerest");
    }

    @Test
    void relay_ofAnInputThatHasEnded_leavesTheReaderAtEof() {
        CompletableFuture<Long> relay = heldRelay();
        bench.wire.eof();
        assertThat(bench.reader.atEof()).isFalse();
        sink.becomeWritable();
        Outcomes.value(relay);
        assertThat(bench.reader.atEof()).isTrue();
    }

    @Test
    void relay_ofWhatWasThere_intoACloggedTarget_endsWhenThatHasRoom() {
        bench.wire.feed("all");
        bench.wire.eof();
        sink.isWritable = false;
        CompletableFuture<Long> relay = bench.read(r -> r.relayTo(target));
        assertThat(relay).isNotDone();
        sink.becomeWritable();
        assertThat(Outcomes.value(relay)).isEqualTo(3L);
    }

    @Test
    void relay_intoALostOutput_passesNothingOnTwice() {
        CompletableFuture<Long> relay = bench.read(r -> r.relayTo(target));
        sink.lose(new IOException("reset"));
        bench.wire.feed("too late");
        Outcomes.failure(StreamBrokenException.class, relay);
        assertThat(Outcomes.text(bench.read(StreamReader::readAvailable))).isEmpty();
    }
}
