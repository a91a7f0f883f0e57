package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Lines: their endings, their limit, and lines over the limit. */
class StreamReaderLineTest {
    private final Bench bench = Bench.withReadLimit(4);

    @Test
    void readLine_isAssembledOverFeeds_andTheRestStays() {
        Bench roomy = new Bench();
        roomy.wire.feed("chunk1 ");
        CompletableFuture<byte[]> line = roomy.read(StreamReader::readLine);
        roomy.wire.feed("chunk2 ");
        roomy.wire.feed("chunk3 ");
        assertThat(line).isNotDone();
        roomy.wire.feed("\n chunk4");
        assertThat(Outcomes.text(line)).isEqualTo("chunk1 chunk2 chunk3 \n");
        assertThat(roomy.reader.core.input.bufferedByteCount()).isEqualTo(7);
    }

    @Test
    void readLine_severalBuffered_givesTheFirst() {
        bench.wire.feed("a\n\nb");
        assertThat(Outcomes.text(bench.read(StreamReader::readLine))).isEqualTo("a\n");
        assertThat(Outcomes.text(bench.read(StreamReader::readLine))).isEqualTo("\n");
    }

    @Test
    void readLine_atEof_givesWhatThereIs_thenNothing() {
        bench.wire.feed("some");
        bench.wire.eof();
        assertThat(Outcomes.text(bench.read(StreamReader::readLine))).isEqualTo("some");
        assertThat(Outcomes.text(bench.read(StreamReader::readLine))).isEmpty();
    }

    @Test
    void readLine_carriageReturn_isPartOfTheLine() {
        bench.wire.feed("a\rb\r\n");
        assertThat(Outcomes.text(bench.read(StreamReader::readLine))).isEqualTo("a\rb\r\n");
    }

    @Test
    void readLine_thenReadExactly_goOnWhereTheLineEnded() {
        bench.wire.feed("one\ntwo\nthree\n");
        assertThat(Outcomes.text(bench.read(StreamReader::readLine))).isEqualTo("one\n");
        assertThat(Outcomes.text(bench.read(r -> r.readExactly(6)))).isEqualTo("two\nth");
    }

    @Test
    void readLine_ofExactlyTheLimit_isFine() {
        bench.wire.feed("1234\n12345\n");
        assertThat(Outcomes.text(bench.read(StreamReader::readLine))).isEqualTo("1234\n");
        Outcomes.failure(LimitOverrunException.class, bench.read(StreamReader::readLine));
    }

    @Test
    void readLine_overLimit_leavesTheDataAndSaysSoAgain() {
        bench.wire.feed("12345\nQUIT\n");
        for (int i = 0; i < 2; i++) {
            LimitOverrunException e = Outcomes.failure(LimitOverrunException.class, bench.read(StreamReader::readLine));
            assertThat(e.consumed()).isEqualTo(5);
            assertThat(e.limit()).isEqualTo(4);
            assertThat(bench.reader.core.input.bufferedByteCount()).isEqualTo(11);
        }
    }

    @Test
    void readLine_overLimitBeforeItsEnd_neverTurnsItsTailIntoALine() {
        CompletableFuture<byte[]> line = bench.read(StreamReader::readLine);
        bench.wire.feed("12345");
        int consumed = Outcomes.failure(LimitOverrunException.class, line).consumed();
        bench.wire.feed("QUIT\nb\n");
        assertThat(Outcomes.number(bench.read(r -> r.skip(consumed)))).isEqualTo(5);
        assertThat(Outcomes.text(bench.read(StreamReader::readLine))).isEqualTo("QUIT\n");
        assertThat(Outcomes.text(bench.read(StreamReader::readLine))).isEqualTo("b\n");
    }

    @Test
    void readLine_withALimitOfItsOwn_overridesTheStreams() {
        bench.wire.feed("123456\n");
        Outcomes.failure(LimitOverrunException.class, bench.read(StreamReader::readLine));
        Outcomes.failure(LimitOverrunException.class, bench.read(r -> r.readLine(LineEnding.LF, 5)));
        assertThat(Outcomes.text(bench.read(r -> r.readLine(LineEnding.LF, 6)))).isEqualTo("123456\n");
    }

    @Test
    void strictLine_endsAtCrLfOnly_howeverItIsCut() {
        for (int cut = 0; cut <= 8; cut++) {
            Bench each = new Bench();
            CompletableFuture<byte[]> line = each.read(r -> r.readLine(LineEnding.CRLF));
            each.wire.feed("abcd\r\nxy".substring(0, cut));
            each.wire.feed("abcd\r\nxy".substring(cut));
            assertThat(Outcomes.text(line)).as("cut at %d", cut).isEqualTo("abcd\r\n");
            assertThat(each.reader.core.input.bufferedByteCount()).isEqualTo(2);
        }
    }

    @Test
    void strictLine_bareLineFeed_isAnErrorAndStays() {
        bench.wire.feed("ab\ncd\r\n");
        for (int i = 0; i < 2; i++) {
            BareLineEndingException e =
                    Outcomes.failure(BareLineEndingException.class, bench.read(r -> r.readLine(LineEnding.CRLF)));
            assertThat(e.position()).isEqualTo(2);
            assertThat(e.found()).isEqualTo('\n');
        }
        assertThat(bench.reader.core.input.bufferedByteCount()).isEqualTo(7);
    }

    @Test
    void strictLine_bareCarriageReturn_isAnErrorOnceItsFollowerIsKnown() {
        CompletableFuture<byte[]> line = bench.read(r -> r.readLine(LineEnding.CRLF));
        bench.wire.feed("ab\r");
        assertThat(line).isNotDone();
        bench.wire.feed("\r\n");
        BareLineEndingException e = Outcomes.failure(BareLineEndingException.class, line);
        assertThat(e.position()).isEqualTo(2);
        assertThat(e.found()).isEqualTo('\r');
    }

    @Test
    void strictLine_limit_countsTheBytesBeforeTheEnding() {
        bench.wire.feed("1234\r\n12345\r\n");
        assertThat(Outcomes.text(bench.read(r -> r.readLine(LineEnding.CRLF)))).isEqualTo("1234\r\n");
        assertThat(Outcomes.failure(LimitOverrunException.class, bench.read(r -> r.readLine(LineEnding.CRLF)))
                        .consumed())
                .isEqualTo(5);
    }

    @Test
    void strictLine_atEof_halfALineIsNoLine() {
        bench.wire.feed("QUI");
        bench.wire.eof();
        IncompleteReadException e =
                Outcomes.failure(IncompleteReadException.class, bench.read(r -> r.readLine(LineEnding.CRLF)));
        assertThat(e.partial()).asString().isEqualTo("QUI");
        assertThat(Outcomes.text(bench.read(r -> r.readLine(LineEnding.CRLF)))).isEmpty();
    }

    @Test
    void strictLine_ofExactlyTheLimit_isNotReadyBeforeItsEnd() {
        Bench narrow = Bench.withReadLimit(4);
        CompletableFuture<byte[]> line = narrow.read(r -> r.readLine(LineEnding.CRLF));
        narrow.wire.feed("1234");
        assertThat(line).isNotDone();
        narrow.wire.feed("\r");
        assertThat(line).isNotDone();
        narrow.wire.feed("\n");
        assertThat(Outcomes.text(line)).isEqualTo("1234\r\n");
    }

    /** A following LF could not change the outcome. */
    @Test
    void strictLine_thatIsTooLong_isRefusedAtItsCr() {
        Bench narrow = Bench.withReadLimit(4);
        CompletableFuture<byte[]> line = narrow.read(r -> r.readLine(LineEnding.CRLF));
        narrow.wire.feed("12345\r");
        LimitOverrunException found = Outcomes.failure(LimitOverrunException.class, line);
        assertThat(found.consumed()).isEqualTo(5);
        Bench other = Bench.withReadLimit(4);
        CompletableFuture<byte[]> without = other.read(r -> r.readLine(LineEnding.CRLF));
        other.wire.feed("12345");
        LimitOverrunException notFound = Outcomes.failure(LimitOverrunException.class, without);
        assertThat(notFound.consumed()).isEqualTo(5);
        assertThat(found.getMessage()).isNotEqualTo(notFound.getMessage());
    }
}
