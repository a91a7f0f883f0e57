package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** {@code readUntil}: one or several separators, and the limit before them. */
class StreamReaderUntilTest {
    @Test
    void separators_noneOrEmpty_areRefusedAtTheCall() {
        StreamReader reader = new Bench().reader;
        assertThatIllegalArgumentException().isThrownBy(reader::readUntil);
        assertThatIllegalArgumentException().isThrownBy(() -> reader.readUntil(new byte[0]));
        assertThatIllegalArgumentException().isThrownBy(() -> reader.readUntil(Latin1.bytes("a"), new byte[0]));
    }

    @Test
    void separator_cutAtEveryPoint_isFound() {
        String message = "fooAAA barAAAx";
        for (int cut = 0; cut <= message.length(); cut++) {
            Bench bench = new Bench();
            CompletableFuture<byte[]> read = bench.read(r -> r.readUntil(Latin1.bytes("AAA")));
            bench.wire.feed(message.substring(0, cut));
            bench.wire.feed(message.substring(cut));
            assertThat(Outcomes.text(read)).as("cut at %d", cut).isEqualTo("fooAAA");
            assertThat(Outcomes.text(bench.read(r -> r.readUntil(Latin1.bytes("AAA")))))
                    .isEqualTo(" barAAA");
            assertThat(Outcomes.text(bench.read(StreamReader::readAvailable))).isEqualTo("x");
        }
    }

    @Test
    void separator_thatOverlapsItself_isFoundAcrossAFalseStart() {
        Bench bench = new Bench();
        CompletableFuture<byte[]> read = bench.read(r -> r.readUntil(Latin1.bytes("aab")));
        for (char c : "aaabx".toCharArray()) {
            bench.wire.feed(String.valueOf(c));
        }
        assertThat(Outcomes.text(read)).isEqualTo("aaab");
    }

    @Test
    void eof_beforeTheSeparator_failsWithWhatCame() {
        Bench bench = new Bench();
        bench.wire.feed("some dataAA");
        bench.wire.eof();
        IncompleteReadException e =
                Outcomes.failure(IncompleteReadException.class, bench.read(r -> r.readUntil(Latin1.bytes("AAA"))));
        assertThat(e.partial()).asString().isEqualTo("some dataAA");
        assertThat(e.expected()).isEqualTo(IncompleteReadException.UNDEFINED);
        assertThat(bench.reader.core.input.bufferedByteCount()).isZero();
    }

    @Test
    void limit_separatorFoundBeyondIt_leavesTheData() {
        Bench bench = Bench.withReadLimit(3);
        bench.wire.feed("some dataAA");
        LimitOverrunException e =
                Outcomes.failure(LimitOverrunException.class, bench.read(r -> r.readUntil(Latin1.bytes("AA"))));
        assertThat(e).hasMessageStartingWith("separator is found, but chunk is longer than limit");
        assertThat(e.consumed()).isEqualTo(9);
        assertThat(bench.reader.core.input.bufferedByteCount()).isEqualTo(11);
    }

    @Test
    void limit_separatorNotFound_consumedHoldsNoStartOfOne() {
        Bench bench = Bench.withReadLimit(4);
        bench.wire.feed("abcdefgAA");
        bench.wire.eof();
        LimitOverrunException e =
                Outcomes.failure(LimitOverrunException.class, bench.read(r -> r.readUntil(Latin1.bytes("AAA"))));
        assertThat(e).hasMessageStartingWith("separator is not found, and chunk exceeds the limit");
        assertThat(e.consumed()).isEqualTo(7);
        Bench within = Bench.withReadLimit(4);
        within.wire.feed("abcdAA");
        within.wire.eof();
        Outcomes.failure(IncompleteReadException.class, within.read(r -> r.readUntil(Latin1.bytes("AAA"))));
    }

    @Test
    void limit_outcomeDoesNotDependOnTheChunks() {
        for (int length = 0; length <= 9; length++) {
            String message = "x".repeat(length) + "\r\n";
            String whole = outcome(message, message.length());
            for (int chunk = 1; chunk < message.length(); chunk++) {
                assertThat(outcome(message, chunk))
                        .as("%d bytes in chunks of %d", length, chunk)
                        .isEqualTo(whole);
            }
            assertThat(whole).isEqualTo(length <= 4 ? message : "overrun");
        }
    }

    private static String outcome(String message, int chunk) {
        Bench bench = Bench.withReadLimit(4);
        CompletableFuture<byte[]> read = bench.read(r -> r.readUntil(Latin1.bytes("\r\n")));
        for (int at = 0; at < message.length(); at += chunk) {
            bench.wire.feed(message.substring(at, Math.min(message.length(), at + chunk)));
        }
        if (read.isCompletedExceptionally()) {
            Outcomes.failure(LimitOverrunException.class, read);
            return "overrun";
        }
        return Outcomes.text(read);
    }

    @Test
    void limit_ofTheCall_overridesTheStreams() {
        Bench bench = Bench.withReadLimit(4);
        bench.wire.feed("123456|");
        List<byte[]> bar = List.of(Latin1.bytes("|"));
        Outcomes.failure(LimitOverrunException.class, bench.read(r -> r.readUntil(bar, 5)));
        assertThat(Outcomes.text(bench.read(r -> r.readUntil(bar, 6)))).isEqualTo("123456|");
    }

    @Test
    void severalSeparators_theOneThatEndsFirstWins() {
        Bench bench = new Bench();
        bench.wire.feed("ABCDEFG some data,next;end");
        byte[][] words = {Latin1.bytes("DEF"), Latin1.bytes("BCDE")};
        assertThat(Outcomes.text(bench.read(r -> r.readUntil(words)))).isEqualTo("ABCDE");
        byte[][] marks = {Latin1.bytes(";"), Latin1.bytes(",")};
        assertThat(Outcomes.text(bench.read(r -> r.readUntil(marks)))).isEqualTo("FG some data,");
        assertThat(Outcomes.text(bench.read(r -> r.readUntil(marks)))).isEqualTo("next;");
    }

    @Test
    void severalSeparators_thatEndTogether_theShortestCountsForTheLimit() {
        Bench bench = Bench.withReadLimit(3);
        bench.wire.feed("some data");
        LimitOverrunException e = Outcomes.failure(
                LimitOverrunException.class, bench.read(r -> r.readUntil(Latin1.bytes("a"), Latin1.bytes("ome da"))));
        assertThat(e.consumed()).isEqualTo(6);
        Bench together = Bench.withReadLimit(1);
        together.wire.feed("a\r\n");
        assertThat(Outcomes.failure(
                                LimitOverrunException.class,
                                together.read(r -> r.readUntil(Latin1.bytes("\r\n"), Latin1.bytes("\n"))))
                        .consumed())
                .isEqualTo(2);
    }

    @Test
    void severalSeparators_bufferShorterThanTheLongest_waits() {
        Bench bench = Bench.withReadLimit(3);
        CompletableFuture<byte[]> read =
                bench.read(r -> r.readUntil(Latin1.bytes("long separator"), Latin1.bytes("|")));
        bench.wire.feed("data");
        assertThat(read).isNotDone();
        bench.wire.feed("|");
        assertThat(Outcomes.failure(LimitOverrunException.class, read).consumed())
                .isEqualTo(4);
    }

    /** R3: each byte is examined once, however small the chunks. */
    @Test
    void scan_oneByteAtATime_examinesEachByteOnce() {
        for (String separator : List.of("\n", "\r\n", "aab")) {
            Bench bench = new Bench();
            CompletableFuture<byte[]> read = bench.read(r -> r.readUntil(Latin1.bytes(separator)));
            int length = 20_000;
            for (int i = 0; i < length; i++) {
                bench.wire.feed("x");
            }
            bench.wire.feed(separator);
            assertThat(Outcomes.value(read)).hasSize(length + separator.length());
            assertThat(bench.reader.core.input.examinedByteCount())
                    .as(separator)
                    .isEqualTo(length + separator.length());
        }
    }

    /** R3: the next search continues where a cancelled one stopped. */
    @Test
    void scan_cancelledAndAskedAgain_goesOnWhereItStopped() {
        Bench bench = new Bench();
        byte[] separator = Latin1.bytes("\r\n");
        for (int i = 0; i < 1000; i++) {
            CompletableFuture<byte[]> read = bench.read(r -> r.readUntil(separator));
            bench.wire.feed("x");
            assertThat(read.cancel(false)).isTrue();
        }
        CompletableFuture<byte[]> read = bench.read(r -> r.readUntil(separator));
        bench.wire.feed("\r\n");
        assertThat(Outcomes.value(read)).hasSize(1002);
        assertThat(bench.reader.core.input.examinedByteCount()).isEqualTo(1002);
    }

    /** The caller may change the array when the call has returned. */
    @Test
    void separators_areCopied() {
        Bench bench = new Bench();
        byte[] separator = Latin1.bytes("ab");
        CompletableFuture<byte[]> read = bench.read(r -> r.readUntil(separator));
        separator[0] = 'c';
        bench.wire.feed("1ab2cb");
        assertThat(Outcomes.text(read)).isEqualTo("1ab");
        assertThat(Outcomes.text(bench.read(r -> r.readUntil(separator)))).isEqualTo("2cb");
        byte[] single = Latin1.bytes("x");
        CompletableFuture<byte[]> next = bench.read(r -> r.readUntil(single));
        single[0] = 'y';
        bench.wire.feed("1y2x3y");
        assertThat(Outcomes.text(next)).isEqualTo("1y2x");
        assertThat(Outcomes.text(bench.read(r -> r.readUntil(single)))).isEqualTo("3y");
    }
}
