package dev.nettystreams;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The incoming half of a connection: received bytes, and the reads that wait for them (asyncio's {@code StreamReader}).
 *
 * <p>These rules hold for every read below, unless its method says otherwise:
 *
 * <ul>
 * <li><b>Failures.</b> A read fails with {@link StreamBrokenException} if the connection was lost, and with
 *     {@link StreamClosedException} after {@code abort} or {@code detach} on this side. Bytes received before that are
 *     delivered first: a read fails only if they cannot satisfy it. After {@code close} on this side, reads see the
 *     bytes received so far, then EOF.
 * <li><b>Cancellation.</b> A read that is cancelled, times out ({@code orTimeout}) or is completed by its caller
 *     consumes no bytes: the next read sees every byte.
 * <li><b>Pending reads.</b> At most one read may be pending. A second one throws {@link ConcurrentReadException} at the
 *     call, whether or not bytes are buffered; the pending read is not affected.
 * <li><b>Ownership.</b> An array that a read returns belongs to the caller; later traffic never changes it.
 * </ul>
 *
 * <p>Backpressure: the reader pauses the transport when more than twice the
 * {@linkplain StreamLimits#readLimitBytes() read limit} is buffered, and resumes it when at most the limit is left. A
 * read that has to wait resumes the transport first.
 *
 * <p>Any thread may call any method. A read called on the connection's event loop completes at once if its bytes are
 * buffered.
 */
public final class StreamReader {
    final StreamCore core;
    private final StreamConnection connection;
    private @Nullable Separators lastSeparators;

    StreamReader(StreamCore core, StreamConnection connection) {
        this.core = core;
        this.connection = connection;
    }

    // ---- reads

    /**
     * Reads whatever is available, up to {@code byteCount} bytes.
     *
     * <p>Completes when at least one byte is available; at once if {@code byteCount} is zero. At EOF: completes with an
     * empty array.
     *
     * <p>A negative {@code byteCount} reads until EOF, without any bound on the number of bytes; prefer
     * {@link #readAll}. Source: asyncio's {@code read}.
     *
     * @param byteCount the maximum number of bytes; negative to read until EOF
     * @return the bytes; empty only at EOF or if {@code byteCount} is zero
     */
    public CompletableFuture<byte[]> read(int byteCount) {
        return submit(byteCount < 0 ? new ReadRequest.All("read", Integer.MAX_VALUE) : new ReadRequest.Some(byteCount));
    }

    /**
     * Reads exactly {@code byteCount} bytes, which may be more than the read limit.
     *
     * <p>Completes when all of them have arrived. At EOF before that: fails with {@link IncompleteReadException}, which
     * holds the bytes that arrived. Source: asyncio's {@code readexactly}.
     *
     * @param byteCount the number of bytes, zero or more
     * @return the bytes
     */
    public CompletableFuture<byte[]> readExactly(int byteCount) {
        return submit(new ReadRequest.Exactly(ReadRequest.requireNotNegative(byteCount, "byteCount")));
    }

    /**
     * Reads a line that ends with a line feed, within the connection's read limit.
     *
     * <p>Completes with the line, its line feed included. At EOF: completes with the bytes before EOF, or an empty
     * array if there are none. Fails with {@link LimitOverrunException} if more bytes than the limit precede the line
     * feed; all bytes stay buffered. Source: asyncio's {@code readline}, which discards the buffered bytes in that
     * case.
     *
     * @return the line with its line feed; empty only at EOF
     */
    public CompletableFuture<byte[]> readLine() {
        return submit(core.lineRequest());
    }

    /**
     * Reads a line within the connection's read limit; see {@link #readLine(LineEnding, int)}.
     *
     * @param ending the line ending to look for
     * @return the line with its ending; empty only at EOF
     */
    public CompletableFuture<byte[]> readLine(LineEnding ending) {
        return readLine(ending, core.limits().readLimitBytes());
    }

    /**
     * Reads a line with the given ending and limit.
     *
     * <p>Completes with the line, its ending included. At EOF with no bytes buffered: completes with an empty array. At
     * EOF after a partial line: with {@link LineEnding#LF}, completes with that part as the last line; with
     * {@link LineEnding#CRLF}, fails with {@link IncompleteReadException}, because half a command must not be taken for
     * a whole one.
     *
     * <p>Fails with {@link LimitOverrunException} if more than {@code limit} bytes precede the ending and, for
     * {@code CRLF}, with {@link BareLineEndingException} at a CR or LF that stands alone. In both cases all bytes stay
     * buffered.
     *
     * @param ending the line ending to look for
     * @param limit the maximum number of bytes before the ending, zero or more
     * @return the line with its ending; empty only at EOF
     */
    public CompletableFuture<byte[]> readLine(LineEnding ending, int limit) {
        return submit(DelimitedRequest.line(ending, limit));
    }

    /**
     * Reads through a separator, within the connection's read limit; see {@link #readUntil(List, int)}.
     *
     * @param separators one or more byte strings, none of them empty
     * @return the bytes, the separator included
     */
    public CompletableFuture<byte[]> readUntil(byte[]... separators) {
        return readUntil(Arrays.asList(separators), core.limits().readLimitBytes());
    }

    /**
     * Reads through the first occurrence of any of the separators.
     *
     * <p>Completes with the bytes and the separator. The separator that ends first wins; if several end at the same
     * byte, the shortest one wins. At EOF before a separator: fails with {@link IncompleteReadException}, which holds
     * the bytes that arrived. Fails with {@link LimitOverrunException} if more than {@code limit} bytes precede the
     * separator; all bytes stay buffered.
     *
     * <p>The outcome does not depend on how the bytes were split into segments, and each byte is examined once. Source:
     * asyncio's {@code readuntil}.
     *
     * @param separators one or more byte strings, none of them empty; the arrays are copied
     * @param limit the maximum number of bytes before the separator, zero or more
     * @return the bytes, the separator included
     */
    public CompletableFuture<byte[]> readUntil(List<byte[]> separators, int limit) {
        return submit(new DelimitedRequest.Until(
                "readUntil", compiled(separators), ReadRequest.requireNotNegative(limit, "limit"), false));
    }

    /**
     * Reads until EOF, up to {@code maxByteCount} bytes.
     *
     * <p>Completes at EOF. Fails with {@link LimitOverrunException} as soon as more than {@code maxByteCount} bytes
     * have arrived; all of them stay buffered.
     *
     * @param maxByteCount the maximum number of bytes, zero or more
     * @return all bytes before EOF
     */
    public CompletableFuture<byte[]> readAll(int maxByteCount) {
        return submit(new ReadRequest.All("readAll", ReadRequest.requireNotNegative(maxByteCount, "maxByteCount")));
    }

    /**
     * Reads whatever is available into the caller's buffer.
     *
     * <p>Completes when at least one byte has been stored at the buffer's position, which advances by the number of
     * bytes read; at once with zero if the buffer has no room. At EOF: completes with -1.
     *
     * <p>The buffer belongs to the reader until the returned future completes. A cancelled call leaves the buffer
     * unchanged.
     *
     * @param target the buffer to fill, from its position up to its limit
     * @return the number of bytes read, or -1 at EOF
     * @throws IllegalArgumentException if {@code target} is read-only
     */
    public CompletableFuture<Integer> readInto(ByteBuffer target) {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("readInto() called with a read-only buffer");
        }
        return submit(new ReadRequest.Into(target));
    }

    /**
     * Reads whatever is available without copying it, up to {@code byteCount} bytes.
     *
     * <p>Completes when at least one byte is available; at once if {@code byteCount} is zero. At EOF: completes with no
     * bytes. Bytes that arrive while the read waits are borrowed with the transport's own memory. Bytes that arrived
     * earlier are in an array of their own already.
     *
     * <p>The caller closes the result, or passes it to {@link StreamWriter#write(BorrowedBytes)}. A cancelled call
     * consumes no bytes and borrows nothing.
     *
     * @param byteCount the maximum number of bytes, zero or more
     * @return the bytes, which must be closed or written; none only at EOF or if {@code byteCount} is zero
     */
    public CompletableFuture<BorrowedBytes> borrow(int byteCount) {
        return submit(new ReadRequest.Borrow(ReadRequest.requireNotNegative(byteCount, "byteCount")));
    }

    /**
     * Takes all buffered bytes, without waiting for more.
     *
     * <p>Completes at once when called on the connection's event loop, and in a later task of the loop when called on
     * another thread. Completes with an empty array if nothing is buffered, also at EOF; {@link #atEof} tells these two
     * cases apart.
     *
     * @return the buffered bytes, possibly none
     */
    public CompletableFuture<byte[]> readAvailable() {
        return submit(ReadRequest.Available.INSTANCE);
    }

    /**
     * Returns a copy of the next {@code byteCount} bytes without consuming them.
     *
     * <p>Completes when {@code byteCount} bytes are available. At EOF before that: completes with the bytes that are
     * buffered.
     *
     * @param byteCount the number of bytes, zero or more
     * @return a copy of the bytes; shorter than {@code byteCount} only at EOF
     */
    public CompletableFuture<byte[]> peek(int byteCount) {
        return submit(new ReadRequest.Peek(ReadRequest.requireNotNegative(byteCount, "byteCount")));
    }

    /**
     * Discards whatever is available, up to {@code byteCount} bytes: {@link #read} without the bytes. One call discards
     * the part of an over-long line that {@link LimitOverrunException#consumed()} counts.
     *
     * <p>Completes when at least one byte has been discarded; at once if {@code byteCount} is zero. At EOF: completes
     * with zero.
     *
     * @param byteCount the maximum number of bytes to discard, zero or more
     * @return the number of bytes discarded; zero only at EOF or if {@code byteCount} is zero
     */
    public CompletableFuture<Integer> skip(int byteCount) {
        return submit(new ReadRequest.Skip(ReadRequest.requireNotNegative(byteCount, "byteCount")));
    }

    /**
     * Moves every byte until EOF into a writer, then ends that writer's output if it
     * {@linkplain StreamWriter#canWriteEof() can be ended}. Two relays back to back make a proxy: it supports
     * half-close, applies backpressure in both directions, and copies no bytes if both connections share an event loop.
     *
     * <p>Completes at EOF, when all bytes have been written, though not necessarily flushed. Fails as a read does, and
     * with the exception of the target's {@code drain}. A cancelled relay stops between two segments: each byte is then
     * either still in this reader or already in the writer. A relay counts as a pending read until it completes.
     *
     * @param target the writer to move the bytes to; may belong to another event loop
     * @return the number of bytes moved
     */
    public CompletableFuture<Long> relayTo(StreamWriter target) {
        Relay relay = new Relay("relayTo", core.input, target.core);
        relay.occupy();
        relay.start();
        return connection.held(target.connection().held(relay));
    }

    /** Begins a read, of this object or of a view. Any thread. */
    <T extends @Nullable Object> CompletableFuture<T> submit(ReadRequest<T> request) {
        return connection.held(core.input.submit(request));
    }

    /**
     * Calls a function with each line until EOF, and waits for the stage that each call returns before it reads the
     * next line. For programs written with callbacks.
     *
     * <p>Completes at EOF, when the last line has been handled. Fails as {@link #readLine()} does, and with the
     * exception of a stage that {@code each} returned or the one that {@code each} threw. A cancelled call reads no
     * further line: the next read sees every byte that was not passed to {@code each}. Source: asyncio's
     * {@code async for line in reader}.
     *
     * @param each called on the connection's event loop with a line and its line feed, which the last line may lack;
     *     returns a stage, or null to go on at once
     * @return completes when all lines have been handled
     */
    public CompletableFuture<Void> forEachLine(Function<? super byte[], ? extends @Nullable CompletionStage<?>> each) {
        return new LineLoop<>(core.loop, linesOfBytes(), each).begin();
    }

    /**
     * Iterates over the lines until EOF. For straight-line code on a thread that may block.
     *
     * <p>Each {@code hasNext} {@linkplain Await#await awaits} a {@link #readLine()}. It throws
     * {@link java.io.UncheckedIOException} with the exception of a failed read as its cause, and
     * {@link java.util.concurrent.CancellationException} if the thread is interrupted. Source: asyncio's
     * {@code async for line in reader}.
     *
     * @return an iterable that may be used once
     */
    public Iterable<byte[]> lines() {
        return () -> new LineIterator<>(linesOfBytes());
    }

    private Lines<byte[]> linesOfBytes() {
        return untilEmpty(this::readLine);
    }

    private static Lines<byte[]> untilEmpty(Supplier<CompletableFuture<byte[]>> read) {
        return new Lines<>() {
            @Override
            public CompletableFuture<byte[]> read() {
                return read.get();
            }

            @Override
            public boolean isEnd(byte @Nullable [] line) {
                return line == null || line.length == 0;
            }
        };
    }

    // ---- other views of the same bytes

    /**
     * Returns a publisher of the received bytes, for reactive libraries such as Reactor, RxJava and Mutiny.
     *
     * <p>Each element is what a {@link #read} of {@code byteCount} bytes returns, and is read when the subscriber has
     * requested it: a subscriber that requests slowly slows the peer down. Signals {@code onComplete} at EOF, which the
     * request behind the last element finds, and {@code onError} with the exception of a failed read. Neither closes
     * the connection.
     *
     * <p>The publisher has one subscriber; a second one gets {@code onError} with {@link IllegalStateException}. While
     * an element is requested, a read is pending, so no other read may be called. Cancelling the subscription consumes
     * no further byte: the next read, or a new publisher, sees every byte that was not in an element. (An element that
     * was complete when another thread cancelled is still delivered.)
     *
     * <p>Signals are sent on the connection's event loop, where a subscriber must not block. They keep the rules of
     * reactive streams: {@code request} of zero or fewer elements gets {@link IllegalArgumentException} by
     * {@code onError}, and a subscriber that throws counts as cancelled.
     *
     * @param byteCount the maximum number of bytes in an element, one or more
     * @return a publisher for one subscriber
     */
    public Flow.Publisher<byte[]> asPublisher(int byteCount) {
        if (byteCount < 1) {
            throw new IllegalArgumentException("byteCount < 1: " + byteCount);
        }
        return new ReadPublisher<>(core.loop, untilEmpty(() -> read(byteCount)));
    }

    /**
     * Returns a publisher of the lines until EOF, each as {@link #readLine()} returns it; see {@link #asPublisher}.
     *
     * @return a publisher for one subscriber
     */
    public Flow.Publisher<byte[]> linePublisher() {
        return new ReadPublisher<>(core.loop, linesOfBytes());
    }

    /**
     * Returns a reader of these bytes as text: lines and strings.
     *
     * @param charset the charset of the text
     * @return a new view of this reader
     * @throws IllegalArgumentException if the charset can only be decoded, as the JDK's auto-detecting ones
     */
    public TextReader text(Charset charset) {
        return new TextReader(this, TextFormat.of(charset));
    }

    /**
     * Returns a reader of these bytes as numbers with a fixed width.
     *
     * @param order {@link ByteOrder#BIG_ENDIAN}, the order of most network protocols, or
     *     {@link ByteOrder#LITTLE_ENDIAN}
     * @return a new view of this reader
     */
    public NumberReader numbers(ByteOrder order) {
        return new NumberReader(this, order);
    }

    /**
     * Returns an input stream of these bytes, for the rest of Java: {@code InputStreamReader}, {@code GZIPInputStream},
     * parsers. For threads that may block, as for {@link Await#await Await.await}.
     *
     * <p>It has no buffer of its own. An interrupt of a waiting read throws {@link java.io.InterruptedIOException},
     * consumes no bytes, and leaves the thread's interrupt status set. On an event loop's own thread, reads throw
     * {@link IllegalStateException} as {@code await} does, and consume no bytes. {@code available} counts the bytes
     * that the next read gets without waiting. {@code close} makes later reads of this stream fail, and affects neither
     * the reader nor the connection. One thread at a time may use the stream.
     *
     * @return a new view of this reader
     */
    public InputStream asInputStream() {
        return new ReaderInputStream(this);
    }

    /**
     * Ends the input from this side: reads see the bytes received so far, then EOF, and bytes that the peer sends later
     * are discarded. The output is not affected, so a server can use this to let its connections finish. Has no effect
     * if the input has ended. Source: asyncio's {@code feed_eof}.
     */
    public void feedEof() {
        core.access.run(() -> core.input.end(null));
    }

    /**
     * Returns whether the input has ended and all of it has been read (asyncio's {@code at_eof}). The loss of the
     * connection alone does not count as an end.
     *
     * @return true from then on
     */
    public boolean atEof() {
        return core.input.atEof();
    }

    /**
     * Returns the connection that this reader belongs to.
     *
     * @return the same connection every time
     */
    public StreamConnection connection() {
        return connection;
    }

    @Override
    public String toString() {
        return "StreamReader[" + core + ", limit=" + core.limits().readLimitBytes() + (atEof() ? ", at EOF]" : "]");
    }

    private Separators compiled(List<byte[]> separators) {
        Separators last = lastSeparators;
        if (last == null || !last.isSame(separators)) {
            last = Separators.of(separators);
            lastSeparators = last; // a benign race: separators are immutable, and either set will do
        }
        return last;
    }
}
