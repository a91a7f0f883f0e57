package dev.nettystreams;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link TextReader}: no character is cut, and malformed text consumes no bytes. */
class TextReaderTest {
    private static final String TEXT = "a\u00e9\u20ac\ud83d\ude00\u3042";

    private final Bench bench = new Bench();

    private CompletableFuture<String> line() {
        return bench.onLoop(() -> bench.reader.text(UTF_8).readLine());
    }

    private static byte[] bytes(CompletableFuture<byte[]> read) {
        return Outcomes.value(read);
    }

    private void feed(byte... bytes) {
        bench.wire.feed(bytes);
        bench.loop.runReady();
    }

    @Test
    void readLine_returnsTheLineWithoutItsEnding_andNullAtEof() {
        feed("one\ntwo\r\n\n\r\nl\u00e4st".getBytes(UTF_8));
        bench.run(bench.wire::eof);
        for (String expected : List.of("one", "two", "", "", "l\u00e4st")) {
            assertThat(Outcomes.value(line())).isEqualTo(expected);
        }
        assertThat(Outcomes.value(line())).isNull();
        assertThat(Outcomes.value(line())).isNull();
    }

    @Test
    void readLine_waitsForItsEnd() {
        feed("tw".getBytes(UTF_8));
        CompletableFuture<String> line = line();
        assertThat(line).isNotDone();
        feed("o\n".getBytes(UTF_8));
        assertThat(Outcomes.value(line)).isEqualTo("two");
    }

    @Test
    void readLine_pendingAtEof_isNull() {
        CompletableFuture<String> line = line();
        bench.run(bench.wire::eof);
        assertThat(Outcomes.value(line)).isNull();
    }

    @Test
    void readLine_overTheLimit_keepsAllBytes() {
        feed("123456\nrest\n".getBytes(UTF_8));
        CompletableFuture<String> line =
                bench.onLoop(() -> bench.reader.text(UTF_8).readLine(LineEnding.LF, 5));
        assertThat(Outcomes.failure(LimitOverrunException.class, line).consumed())
                .isEqualTo(6);
        assertThat(Outcomes.value(line())).isEqualTo("123456");
    }

    @Test
    void readLine_strict_refusesABareLineFeed() {
        feed("a\nb\r\n".getBytes(UTF_8));
        Outcomes.failure(
                BareLineEndingException.class,
                bench.onLoop(() -> bench.reader.text(UTF_8).readLine(LineEnding.CRLF, 100)));
        assertThat(Outcomes.value(line())).isEqualTo("a");
        assertThat(Outcomes.value(bench.onLoop(() -> bench.reader.text(UTF_8).readLine(LineEnding.CRLF, 100))))
                .isEqualTo("b");
        bench.run(bench.wire::eof);
        assertThat(Outcomes.value(bench.onLoop(() -> bench.reader.text(UTF_8).readLine(LineEnding.CRLF, 100))))
                .isNull();
    }

    @Test
    void malformedLine_keepsAllBytes_andTellsThem() {
        byte[] bytes = {'o', 'k', (byte) 0xc3, '!', '\n', 'n', '\n'};
        feed(bytes);
        for (int i = 0; i < 2; i++) {
            MalformedTextException e = Outcomes.failure(MalformedTextException.class, line());
            assertThat(e.charset()).isEqualTo(UTF_8);
            assertThat(e.offset()).isEqualTo(2);
            assertThat(e.bytes()).containsExactly(0xc3);
            assertThat(e).hasMessage("not UTF-8: c3 at offset 2");
        }
        assertThat(bytes(bench.read(r -> r.readLine()))).containsExactly('o', 'k', 0xc3, '!', '\n');
        assertThat(Outcomes.value(line())).isEqualTo("n");
    }

    @Test
    void replacementCharacter_isACharacterLikeAnyOther() {
        feed("\ufffd\n".getBytes(UTF_8));
        assertThat(Outcomes.value(line())).isEqualTo("\ufffd");
    }

    @Test
    void malformedLastLine_keepsAllBytes() {
        feed((byte) 0xe2, (byte) 0x82);
        bench.run(bench.wire::eof);
        assertThat(Outcomes.failure(MalformedTextException.class, line()).bytes())
                .containsExactly(0xe2, 0x82);
        assertThat(bytes(bench.read(r -> r.read(9)))).containsExactly(0xe2, 0x82);
        assertThat(Outcomes.value(line())).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32BE", "GB18030"})
    void read_neverCutsACharacter_whateverTheChunks(Charset charset) {
        for (int characters = 1; characters < 7; characters++) {
            Bench each = new Bench();
            byte[] bytes = TEXT.getBytes(charset);
            StringBuilder text = new StringBuilder();
            int most = characters;
            int fed = 0;
            while (text.length() < TEXT.length()) {
                CompletableFuture<String> read =
                        each.onLoop(() -> each.reader.text(charset).read(most));
                while (!read.isDone()) {
                    each.wire.feed(new byte[] {bytes[fed++]});
                    each.loop.runReady();
                }
                String some = Outcomes.value(read);
                assertThat(some.codePointCount(0, some.length())).isBetween(1, most);
                assertThat(Character.isHighSurrogate(some.charAt(some.length() - 1)))
                        .isFalse();
                text.append(some);
            }
            assertThat(text).hasToString(TEXT);
        }
    }

    @Test
    void read_ofAllThatIsBuffered_countsCharacters() {
        feed((TEXT + TEXT).getBytes(UTF_8));
        assertThat(Outcomes.value(bench.onLoop(() -> bench.reader.text(UTF_8).read(0))))
                .isEmpty();
        assertThat(Outcomes.value(bench.onLoop(() -> bench.reader.text(UTF_8).read(4))))
                .isEqualTo("a\u00e9\u20ac\ud83d\ude00");
        assertThat(Outcomes.value(bench.onLoop(() -> bench.reader.text(UTF_8).read(1000))))
                .isEqualTo("\u3042" + TEXT);
        bench.run(bench.wire::eof);
        assertThat(Outcomes.value(bench.onLoop(() -> bench.reader.text(UTF_8).read(1))))
                .isEmpty();
    }

    @Test
    void read_returnsTheTextBeforeMalformedBytes_andFailsAtThem() {
        feed((byte) 'a', (byte) 0xff, (byte) 'b');
        assertThat(Outcomes.value(bench.onLoop(() -> bench.reader.text(UTF_8).read(9))))
                .isEqualTo("a");
        MalformedTextException e = Outcomes.failure(
                MalformedTextException.class,
                bench.onLoop(() -> bench.reader.text(UTF_8).read(9)));
        assertThat(e.offset()).isZero();
        assertThat(e.bytes()).containsExactly(0xff);
        assertThat(Outcomes.number(bench.read(r -> r.skip(e.bytes().length)))).isOne();
        assertThat(Outcomes.value(bench.onLoop(() -> bench.reader.text(UTF_8).read(9))))
                .isEqualTo("b");
    }

    @Test
    void read_ofHalfACharacterAtEof_keepsIt() {
        feed((byte) 0xe2);
        CompletableFuture<String> read =
                bench.onLoop(() -> bench.reader.text(UTF_8).read(1));
        assertThat(read).isNotDone();
        bench.run(bench.wire::eof);
        Outcomes.failure(MalformedTextException.class, read);
        assertThat(bytes(bench.read(r -> r.read(9)))).containsExactly(0xe2);
    }

    @Test
    void readExactlyAndReadAll_decodeWholly_orKeepAllBytes() {
        feed("\u20acuro, \u00e9t\u00e9".getBytes(UTF_8));
        Outcomes.failure(
                MalformedTextException.class,
                bench.onLoop(() -> bench.reader.text(UTF_8).readExactly(2)));
        assertThat(Outcomes.value(bench.onLoop(() -> bench.reader.text(UTF_8).readExactly(6))))
                .isEqualTo("\u20acuro");
        CompletableFuture<String> rest =
                bench.onLoop(() -> bench.reader.text(UTF_8).readAll(100));
        bench.run(bench.wire::eof);
        assertThat(Outcomes.value(rest)).isEqualTo(", \u00e9t\u00e9");
    }

    @Test
    void readExactly_acrossTheEnd_isIncomplete() {
        feed((byte) 'a');
        CompletableFuture<String> text =
                bench.onLoop(() -> bench.reader.text(UTF_8).readExactly(2));
        bench.run(bench.wire::eof);
        assertThat(Outcomes.failure(IncompleteReadException.class, text).expected())
                .isEqualTo(2);
    }

    @Test
    void readAll_overTheLimit_keepsAllBytes() {
        feed("abc".getBytes(UTF_8));
        CompletableFuture<String> text =
                bench.onLoop(() -> bench.reader.text(UTF_8).readAll(2));
        assertThat(Outcomes.failure(LimitOverrunException.class, text).limit()).isEqualTo(2);
        assertThat(bench.reader.core.input.bufferedByteCount()).isEqualTo(3);
    }

    @Test
    void charsetsThatAReaderOfBytesCannotFollow_areRefused() {
        for (String name : List.of("UTF-16", "UTF-16LE", "UTF-32", "IBM1047")) {
            TextReader text = bench.reader.text(Charset.forName(name));
            assertThatIllegalArgumentException().isThrownBy(text::readLine).withMessageContaining(name);
            assertThatIllegalArgumentException().isThrownBy(text::lines).withMessageContaining(name);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> text.forEachLine(line -> null))
                    .withMessageContaining(name);
        }
        for (String name : List.of("UTF-16", "UTF-32", "ISO-2022-JP", "ISO-2022-KR", "IBM930", "CESU-8")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> bench.reader.text(Charset.forName(name)).read(1))
                    .withMessageContaining(name);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> bench.reader.text(Charset.forName("JISAutoDetect")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bench.reader.text(UTF_8).read(-1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ISO-2022-JP", "Shift_JIS", "EUC-JP", "GB18030", "UTF-8"})
    void linesOfOtherCharsets(Charset charset) {
        String[] lines = {"\u3042\u4e2d", "ascii", "\u3044"};
        feed(String.join("\n", lines).getBytes(charset));
        bench.run(bench.wire::eof);
        List<String> seen = new ArrayList<>();
        CompletableFuture<Void> all =
                bench.onLoop(() -> bench.reader.text(charset).forEachLine(line -> {
                    seen.add(line);
                    return null;
                }));
        Outcomes.value(all);
        assertThat(seen).containsExactly(lines);
    }

    @Test
    void textOfAnyCharset_asAWhole() {
        feed(TEXT.getBytes(UTF_16));
        bench.run(bench.wire::eof);
        assertThat(Outcomes.value(bench.onLoop(() -> bench.reader.text(UTF_16).readAll(100))))
                .isEqualTo(TEXT);
    }

    @Test
    void readsOfTextAndBytes_alternate() {
        feed("GET\n\u0000\u0002xy\u00e9".getBytes(ISO_8859_1));
        assertThat(Outcomes.value(
                        bench.onLoop(() -> bench.reader.text(ISO_8859_1).readLine())))
                .isEqualTo("GET");
        assertThat(bytes(bench.read(r -> r.readExactly(2)))).containsExactly(0, 2);
        assertThat(Outcomes.value(
                        bench.onLoop(() -> bench.reader.text(ISO_8859_1).read(9))))
                .isEqualTo("xy\u00e9");
    }

    // ---- writing

    @Test
    void write_encodesTheText() {
        bench.run(() -> bench.writer.write(CharBuffer.wrap("d\u00e9j\u00e0"), UTF_8));
        bench.run(() -> bench.writer.write("!", UTF_16BE));
        bench.run(() -> bench.writer.write("", UTF_8));
        assertThat(bench.wire.writtenText())
                .isEqualTo(new String("d\u00e9j\u00e0".getBytes(UTF_8), ISO_8859_1) + "\0!");
    }

    @Test
    void write_ofACharacterThatTheCharsetLacks_writesNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bench.writer.write("price: 3 \u20ac", ISO_8859_1))
                .withMessage("ISO-8859-1 cannot encode U+20AC at index 9");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bench.writer.write("half a \ud83d", UTF_8))
                .withMessageContaining("U+D83D at index 7");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bench.writer.write("a", UTF_16))
                .withMessageContaining("byte order mark");
        assertThat(bench.wire.writtenText()).isEmpty();
    }

    @Test
    void write_afterClose_isRefused() {
        bench.run(bench.writer::close);
        assertThat(catchThrowable(() -> bench.writer.write("", UTF_8))).isInstanceOf(StreamClosedException.class);
    }
}
