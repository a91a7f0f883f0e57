package dev.nettystreams;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** {@code read}, {@code readExactly} and similar reads: the bytes that they consume, and those that they leave. */
class StreamReaderReadTest {
    private final Bench bench = new Bench();

    @Test
    void feed_emptyData_changesNothing() {
        CompletableFuture<byte[]> read = bench.read(r -> r.read(10));
        bench.wire.feed("");
        assertThat(read).isNotDone();
        bench.wire.feed("data");
        assertThat(Outcomes.text(read)).isEqualTo("data");
    }

    @Test
    void read_zero_isEmptyAndLeavesTheBuffer() {
        bench.wire.feed("line");
        assertThat(Outcomes.text(bench.read(r -> r.read(0)))).isEmpty();
        assertThat(bench.reader.core.input.bufferedByteCount()).isEqualTo(4);
    }

    @Test
    void read_zeroBeforeAnything_isEmptyAtOnce() {
        assertThat(Outcomes.text(bench.read(r -> r.read(0)))).isEmpty();
        assertThat(Outcomes.text(bench.read(r -> r.readExactly(0)))).isEmpty();
    }

    @Test
    void read_waitsThenTakesWhatCame() {
        CompletableFuture<byte[]> read = bench.read(r -> r.read(30));
        assertThat(read).isNotDone();
        bench.wire.feed("what came");
        assertThat(Outcomes.text(read)).isEqualTo("what came");
        assertThat(bench.reader.core.input.bufferedByteCount()).isZero();
    }

    @Test
    void read_fewerThanBuffered_leavesTheRest() {
        bench.wire.feed("lin");
        bench.wire.feed("e\nb\nc\n");
        assertThat(Outcomes.text(bench.read(r -> r.read(5)))).isEqualTo("line\n");
        assertThat(Outcomes.text(bench.read(r -> r.read(99)))).isEqualTo("b\nc\n");
    }

    @Test
    void read_fewerThanArrives_leavesTheRest() {
        CompletableFuture<byte[]> read = bench.read(r -> r.read(2));
        bench.wire.feed("abcd");
        assertThat(Outcomes.text(read)).isEqualTo("ab");
        assertThat(Outcomes.text(bench.read(r -> r.read(9)))).isEqualTo("cd");
    }

    @Test
    void read_atEof_isEmptyAgainAndAgain() {
        CompletableFuture<byte[]> read = bench.read(r -> r.read(1024));
        bench.wire.eof();
        assertThat(Outcomes.text(read)).isEmpty();
        assertThat(Outcomes.text(bench.read(r -> r.read(1)))).isEmpty();
        assertThat(Outcomes.text(bench.read(r -> r.read(-1)))).isEmpty();
    }

    @Test
    void read_negative_gathersUntilEof() {
        CompletableFuture<byte[]> read = bench.read(r -> r.read(-1));
        bench.wire.feed("chunk1\n");
        bench.wire.feed("chunk2");
        assertThat(read).isNotDone();
        bench.wire.eof();
        assertThat(Outcomes.text(read)).isEqualTo("chunk1\nchunk2");
    }

    @Test
    void read_isNotBoundByTheLimit() {
        Bench small = Bench.withReadLimit(3);
        small.wire.feed("chunk");
        assertThat(Outcomes.text(small.read(r -> r.read(5)))).isEqualTo("chunk");
    }

    @Test
    void readAll_overItsMaximum_failsAndLeavesEverything() {
        CompletableFuture<byte[]> read = bench.read(r -> r.readAll(5));
        bench.wire.feed("12345");
        assertThat(read).isNotDone();
        bench.wire.feed("6");
        assertThat(Outcomes.failure(LimitOverrunException.class, read).limit()).isEqualTo(5);
        bench.wire.eof();
        assertThat(Outcomes.text(bench.read(r -> r.readAll(6)))).isEqualTo("123456");
    }

    @Test
    void readExactly_gathersOverSeveralFeeds_andIsNotBoundByTheLimit() {
        Bench small = Bench.withReadLimit(3);
        CompletableFuture<byte[]> read = small.read(r -> r.readExactly(8));
        small.wire.feed("data");
        small.wire.feed("da");
        assertThat(read).isNotDone();
        small.wire.feed("tadata");
        assertThat(Outcomes.text(read)).isEqualTo("datadata");
        assertThat(small.reader.core.input.bufferedByteCount()).isEqualTo(4);
    }

    @Test
    void readExactly_atEof_failsWithWhatCame_andTheBufferIsEmpty() {
        CompletableFuture<byte[]> read = bench.read(r -> r.readExactly(8));
        bench.wire.feed("data");
        bench.wire.eof();
        IncompleteReadException e = Outcomes.failure(IncompleteReadException.class, read);
        assertThat(e.partial()).asString().isEqualTo("data");
        assertThat(e.expected()).isEqualTo(8);
        assertThat(e).hasMessage("the input ended after 4 of 8 expected bytes");
        assertThat(bench.reader.core.input.bufferedByteCount()).isZero();
    }

    @Test
    void counts_negative_areRefusedAtTheCall() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bench.reader.readExactly(-1))
                .withMessage("byteCount < 0: -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bench.reader.readAll(-1))
                .withMessage("maxByteCount < 0: -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bench.reader.readLine(LineEnding.LF, -1))
                .withMessage("limit < 0: -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bench.reader.readUntil(List.of(new byte[] {1}), -1))
                .withMessage("limit < 0: -1");
        assertThatIllegalArgumentException().isThrownBy(() -> bench.reader.peek(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> bench.reader.skip(-1));
    }

    @Test
    void atEof_onlyWhenTheInputHasEndedAndNothingIsLeft() {
        assertThat(bench.reader.atEof()).isFalse();
        bench.wire.feed("some data\n");
        bench.wire.eof();
        assertThat(bench.reader.atEof()).isFalse();
        assertThat(Outcomes.text(bench.read(StreamReader::readLine))).isEqualTo("some data\n");
        assertThat(bench.reader.atEof()).isTrue();
    }

    @Test
    void feedEof_endsTheInput_andLeavesTheOutputOpen() {
        CompletableFuture<byte[]> read = bench.read(r -> r.readExactly(9));
        bench.wire.feed("data");
        bench.run(bench.reader::feedEof);
        assertThat(Outcomes.failure(IncompleteReadException.class, read).partial())
                .asString()
                .isEqualTo("data");
        bench.wire.feed("dropped");
        assertThat(Outcomes.text(bench.read(r -> r.read(9)))).isEmpty();
        bench.run(() -> bench.writer.write(Latin1.bytes("still open")));
        assertThat(bench.wire.writtenText()).isEqualTo("still open");
    }

    @Test
    void peek_leavesWhatItShows_andShowsLessOnlyAtEof() {
        CompletableFuture<byte[]> peek = bench.read(r -> r.peek(4));
        bench.wire.feed("abc");
        assertThat(peek).isNotDone();
        bench.wire.feed("de");
        assertThat(Outcomes.text(peek)).isEqualTo("abcd");
        assertThat(Outcomes.text(bench.read(r -> r.read(9)))).isEqualTo("abcde");
        bench.wire.feed("x");
        bench.wire.eof();
        assertThat(Outcomes.text(bench.read(r -> r.peek(4)))).isEqualTo("x");
        assertThat(Outcomes.text(bench.read(r -> r.read(4)))).isEqualTo("x");
    }

    @Test
    void skip_dropsAtMostSoMany_andSaysHowMany() {
        bench.wire.feed("abcdef");
        assertThat(Outcomes.number(bench.read(r -> r.skip(4)))).isEqualTo(4);
        assertThat(Outcomes.number(bench.read(r -> r.skip(4)))).isEqualTo(2);
        CompletableFuture<Integer> skip = bench.read(r -> r.skip(3));
        bench.wire.feed("ghijk");
        assertThat(Outcomes.number(skip)).isEqualTo(3);
        assertThat(Outcomes.text(bench.read(r -> r.read(9)))).isEqualTo("jk");
        bench.wire.eof();
        assertThat(Outcomes.number(bench.read(r -> r.skip(3)))).isZero();
    }

    @Test
    void readInto_fillsTheCallersBuffer_heapOrDirect() {
        for (ByteBuffer target : new ByteBuffer[] {ByteBuffer.allocate(4), ByteBuffer.allocateDirect(4)}) {
            target.put((byte) '>');
            CompletableFuture<Integer> read = bench.read(r -> r.readInto(target));
            bench.wire.feed("abcde");
            assertThat(Outcomes.number(read)).isEqualTo(3);
            assertThat(Outcomes.number(bench.read(r -> r.readInto(target)))).isZero();
            byte[] seen = new byte[4];
            target.flip().get(seen);
            assertThat(seen).asString().isEqualTo(">abc");
            assertThat(Outcomes.text(bench.read(r -> r.read(9)))).isEqualTo("de");
        }
        bench.wire.eof();
        assertThat(Outcomes.number(bench.read(r -> r.readInto(ByteBuffer.allocate(1)))))
                .isEqualTo(-1);
    }

    @Test
    void readAvailable_neverWaits() {
        assertThat(Outcomes.text(bench.read(StreamReader::readAvailable))).isEmpty();
        bench.wire.feed("abc");
        assertThat(Outcomes.text(bench.read(StreamReader::readAvailable))).isEqualTo("abc");
    }

    @Test
    void result_isTheCallers_whateverComesLater() {
        bench.wire.feed("first");
        byte[] first = Outcomes.value(bench.read(r -> r.read(5)));
        bench.wire.feed("other");
        byte[] shown = Outcomes.value(bench.read(r -> r.peek(5)));
        Arrays.fill(shown, (byte) '!');
        assertThat(first).asString().isEqualTo("first");
        assertThat(Outcomes.text(bench.read(r -> r.read(5)))).isEqualTo("other");
    }

    /** Even if it is as large as the reader's own array. */
    @Test
    void result_ofAnySize_isTheCallers() {
        for (int byteCount : new int[] {1, 255, 1023, 1024, 1025, 2048}) {
            Bench each = new Bench();
            byte[] sent = "x".repeat(byteCount).getBytes(US_ASCII);
            each.wire.feed(sent);
            byte[] first = Outcomes.value(each.read(StreamReader::readAvailable));
            each.wire.feed("y".repeat(byteCount));
            assertThat(first).isEqualTo(sent);
            first[0] = '!';
            assertThat(Outcomes.text(each.read(r -> r.readExactly(byteCount)))).isEqualTo("y".repeat(byteCount));
        }
    }

    @Test
    void readInto_aReadOnlyBuffer_isRefusedAtTheCall() {
        assertThatThrownBy(() -> bench.reader.readInto(ByteBuffer.allocate(1).asReadOnlyBuffer()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("readInto() called with a read-only buffer");
    }

    @Test
    void idleReader_keepsNoArray() {
        ByteQueue queue = new ByteQueue();
        queue.append(bench.wire.chunk(new byte[1 << 20]));
        queue.drop(1 << 20);
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.capacity()).isZero();
    }

    @Test
    void readInto_leavesTheBuffersLimit_andNeedsNoByteForAFullOne() {
        ByteBuffer target = ByteBuffer.allocate(10);
        CompletableFuture<Integer> direct = bench.read(r -> r.readInto(target));
        bench.wire.feed("abc");
        assertThat(Outcomes.number(direct)).isEqualTo(3);
        assertThat(target.limit()).isEqualTo(10);
        bench.wire.feed("def");
        assertThat(Outcomes.number(bench.read(r -> r.readInto(target)))).isEqualTo(3);
        assertThat(target.limit()).isEqualTo(10);
        assertThat(target.position()).isEqualTo(6);
        assertThat(Outcomes.number(bench.read(r -> r.readInto(ByteBuffer.allocate(0)))))
                .isZero();
    }
}
