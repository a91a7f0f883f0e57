package dev.nettystreams;

import java.nio.charset.Charset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A {@link StreamReader}'s bytes as text in one charset: {@link StreamReader#text StreamReader.text}. It has no buffer
 * of its own, so reads of text and reads of bytes may alternate: each one starts where the one before it ended.
 *
 * <pre>{@code
 * TextReader text = reader.text(UTF_8);
 * for (String line; (line = await(text.readLine())) != null; ) {
 *     writer.write("you said " + line + "\n", UTF_8);
 *     await(writer.drain());
 * }
 * }</pre>
 *
 * <p>The rules of {@link StreamReader} hold for these reads too: a read that is cancelled or times out consumes no
 * bytes, at most one read may be pending, and failures are the same. In addition, a read fails with
 * {@link MalformedTextException} if its bytes are not text in the charset. It then consumes none of them, and a byte
 * order mark is a character like any other. No read returns half a character.
 *
 * <p>Any thread may call any method.
 */
public final class TextReader {
    private final StreamReader reader;
    private final TextFormat format;

    TextReader(StreamReader reader, TextFormat format) {
        this.reader = reader;
        this.format = format;
    }

    /**
     * Returns the charset of the text.
     *
     * @return the charset that {@link StreamReader#text StreamReader.text} was given
     */
    public Charset charset() {
        return format.charset;
    }

    /**
     * Reads a line that ends with LF or CR LF, within the connection's read limit.
     *
     * <p>Completes with the line without its ending. At EOF: completes with the text before EOF, or with null if there
     * is none. Fails with {@link LimitOverrunException} if more bytes than the limit precede the line feed; all bytes
     * stay buffered. Source: {@link java.io.BufferedReader#readLine} and asyncio's {@code readline}.
     *
     * @return the line, or null at EOF
     * @throws IllegalArgumentException if LF is not the single byte 10 in the charset, as in UTF-16
     */
    public CompletableFuture<@Nullable String> readLine() {
        return readLine(LineEnding.LF, reader.core.limits().readLimitBytes());
    }

    /**
     * Reads a line with the given ending and limit; see {@link StreamReader#readLine(LineEnding, int)}. With
     * {@link LineEnding#LF}, a CR before the LF belongs to the ending.
     *
     * @param ending the line ending to look for
     * @param limit the maximum number of bytes before the LF or the CR LF, zero or more
     * @return the line without its ending, or null at EOF
     * @throws IllegalArgumentException if LF is not the single byte 10 in the charset, as in UTF-16
     */
    public CompletableFuture<@Nullable String> readLine(LineEnding ending, int limit) {
        format.requireLines("readLine");
        return reader.submit(new TextRequest.Line(DelimitedRequest.line(ending, limit), format));
    }

    /**
     * Reads whatever whole characters are available, up to {@code characterCount}.
     *
     * <p>Completes when at least one character is available; at once if {@code characterCount} is zero. At EOF:
     * completes with an empty string. Malformed bytes after the first character fail the next read.
     *
     * @param characterCount the maximum number of characters (Unicode code points), zero or more
     * @return the text; empty only at EOF or if {@code characterCount} is zero
     * @throws IllegalArgumentException if the meaning of a byte depends on the bytes before it, as in ISO-2022-JP, in
     *     UTF-16 without a named byte order, and in CESU-8, which encodes the halves of a surrogate pair one by one
     */
    public CompletableFuture<String> read(int characterCount) {
        if (characterCount < 0) {
            throw new IllegalArgumentException("characterCount < 0: " + characterCount);
        }
        format.requireStateless("read");
        return reader.submit(new TextRequest.Some(characterCount, format));
    }

    /**
     * Reads the text in exactly {@code byteCount} bytes, such as a string that its length precedes.
     *
     * <p>Completes when all bytes have arrived. At EOF before that: fails with {@link IncompleteReadException}, which
     * holds the bytes that arrived.
     *
     * @param byteCount the number of bytes, zero or more
     * @return the text
     */
    public CompletableFuture<String> readExactly(int byteCount) {
        return reader.submit(new TextRequest.Exactly(ReadRequest.requireNotNegative(byteCount, "byteCount"), format));
    }

    /**
     * Reads the text until EOF, up to {@code maxByteCount} bytes.
     *
     * <p>Completes at EOF. Fails with {@link LimitOverrunException} as soon as more than {@code maxByteCount} bytes
     * have arrived; all of them stay buffered.
     *
     * @param maxByteCount the maximum number of bytes, zero or more
     * @return the text before EOF
     */
    public CompletableFuture<String> readAll(int maxByteCount) {
        return reader.submit(new TextRequest.All(ReadRequest.requireNotNegative(maxByteCount, "maxByteCount"), format));
    }

    /**
     * Calls a function with each line until EOF; see {@link StreamReader#forEachLine StreamReader.forEachLine}.
     *
     * @param each called on the connection's event loop with a line without its ending; returns a stage, or null to go
     *     on at once
     * @return completes when all lines have been handled
     * @throws IllegalArgumentException if LF is not the single byte 10 in the charset, as in UTF-16
     */
    public CompletableFuture<Void> forEachLine(Function<? super String, ? extends @Nullable CompletionStage<?>> each) {
        format.requireLines("forEachLine");
        return new LineLoop<>(reader.core.loop, linesOfText(), each).begin();
    }

    /**
     * Iterates over the lines until EOF; see {@link StreamReader#lines}.
     *
     * @return an iterable of lines without their endings, which may be used once
     * @throws IllegalArgumentException if LF is not the single byte 10 in the charset, as in UTF-16
     */
    public Iterable<String> lines() {
        format.requireLines("lines");
        return () -> new LineIterator<>(linesOfText());
    }

    /**
     * Returns a publisher of the lines until EOF, without their endings; see {@link StreamReader#asPublisher}.
     *
     * @return a publisher for one subscriber
     * @throws IllegalArgumentException if LF is not the single byte 10 in the charset, as in UTF-16
     */
    public Flow.Publisher<String> linePublisher() {
        format.requireLines("linePublisher");
        return new ReadPublisher<>(reader.core.loop, linesOfText());
    }

    private Lines<String> linesOfText() {
        return new Lines<>() {
            @Override
            public CompletableFuture<@Nullable String> read() {
                return readLine();
            }

            @Override
            public boolean isEnd(@Nullable String line) {
                return line == null;
            }
        };
    }

    @Override
    public String toString() {
        return "TextReader[" + format.charset + ", " + reader.core + "]";
    }
}
