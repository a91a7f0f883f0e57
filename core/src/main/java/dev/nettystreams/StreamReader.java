package dev.nettystreams;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The incoming half of a connection: bytes, and reads that wait for them (asyncio's {@code StreamReader}).
 *
 * <p>Said once for every read below. <b>At most one may be pending</b>: another is refused with a
 * {@link ConcurrentReadException} at the call, whether or not bytes are there. <b>A read that is cancelled, times out
 * ({@code orTimeout}) or is completed by its caller takes nothing</b>: the next one sees every byte. <b>It fails</b> with
 * {@link StreamBrokenException} when the connection was lost, and {@link StreamClosedException} after {@code abort} or
 * {@code detach} on this side, but only when the bytes received before cannot satisfy it: those are read first. After
 * {@code close} on this side the input is at its end. What a read returns belongs to the caller: nothing changes it later.
 *
 * <p>Backpressure: reading from the transport pauses when more than twice the {@linkplain StreamLimits#readLimitBytes() limit} is
 * buffered and resumes at the limit; a read that waits for more resumes it first.
 *
 * <p>Any thread may call any method. A read called on the connection's event loop completes at once if the bytes are there.
 */
public final class StreamReader {
    private static final ReadRequest.Until DEFAULT_LINE = lineRequest(StreamLimits.DEFAULT.readLimitBytes());

    final StreamCore core;
    private final ReadRequest.Until lineRequest;
    private @Nullable Separators lastSeparators;

    StreamReader(StreamCore core) {
        this.core = core;
        this.lineRequest =
                core.limits.equals(StreamLimits.DEFAULT) ? DEFAULT_LINE : lineRequest(core.limits.readLimitBytes());
    }

    private static ReadRequest.Until lineRequest(int limit) {
        return new ReadRequest.Until("readLine", Separators.LF, limit, true);
    }

    // ---- reads

    /**
     * Reads what there is (asyncio's {@code read}).
     *
     * <p>Completes when at least one byte is there, with at most {@code byteCount}. At EOF: with an empty array. Zero bytes are
     * read at once. A negative count reads everything until EOF, and is then not bounded by anything but the peer; rather
     * {@link #readAll}.
     *
     * @param byteCount the most bytes to take; negative for all until EOF
     * @return the bytes, empty only at EOF or if none were asked for
     */
    public CompletableFuture<byte[]> read(int byteCount) {
        return core.input.submit(
                byteCount < 0 ? new ReadRequest.All("read", Integer.MAX_VALUE) : new ReadRequest.Some(byteCount));
    }

    /**
     * Reads exactly so many bytes (asyncio's {@code readexactly}), more than the limit if need be.
     *
     * <p>Completes when they are there. At EOF before that: fails with {@link IncompleteReadException}, which holds what came.
     *
     * @param byteCount how many, zero or more
     * @return the bytes
     */
    public CompletableFuture<byte[]> readExactly(int byteCount) {
        return core.input.submit(new ReadRequest.Exactly(requireNotNegative(byteCount)));
    }

    /**
     * Reads a line that ends with a line feed (asyncio's {@code readline}).
     *
     * <p>Completes with the line and its line feed. At EOF: with what precedes it, or an empty array. Fails with
     * {@link LimitOverrunException} if more bytes than the limit precede the line feed; they stay where they are.
     *
     * @return the line with its ending, empty only at EOF
     */
    public CompletableFuture<byte[]> readLine() {
        return core.input.submit(lineRequest);
    }

    /**
     * Reads a line, within the connection's limit; see {@link #readLine(LineEnding, int)}.
     *
     * @param ending what ends it
     * @return the line with its ending, empty only at EOF
     */
    public CompletableFuture<byte[]> readLine(LineEnding ending) {
        return readLine(ending, core.limits.readLimitBytes());
    }

    /**
     * Reads a line.
     *
     * <p>Completes with the line and its ending. At EOF: with an empty array when nothing precedes it; what does precede it is the
     * last line for {@link LineEnding#LF}, and an {@link IncompleteReadException} for {@link LineEnding#CRLF}, where half a
     * command must not be taken for one. Fails with {@link BareLineEndingException} ({@code CRLF}) at a CR or LF that stands alone,
     * and {@link LimitOverrunException} if more than {@code limit} bytes precede the ending; in both cases all bytes stay.
     *
     * @param ending what ends it
     * @param limit the most bytes before the ending, zero or more
     * @return the line with its ending, empty only at EOF
     */
    public CompletableFuture<byte[]> readLine(LineEnding ending, int limit) {
        requireNotNegative(limit);
        return core.input.submit(
                switch (ending) {
                    case LF -> lineRequest(limit);
                    case CRLF -> new ReadRequest.StrictLine(limit);
                });
    }

    /**
     * Reads through a separator, within the connection's limit; see {@link #readUntil(List, int)}.
     *
     * @param separators one or more, none of them empty
     * @return the bytes, the separator included
     */
    public CompletableFuture<byte[]> readUntil(byte[]... separators) {
        return readUntil(Arrays.asList(separators), core.limits.readLimitBytes());
    }

    /**
     * Reads through the separator that ends first, of those given (asyncio's {@code readuntil}).
     *
     * <p>Completes with the bytes and the separator; of separators that end at the same byte the shortest counts. At EOF before
     * that: fails with {@link IncompleteReadException}, which holds what came. Fails with {@link LimitOverrunException} if more
     * than {@code limit} bytes precede the separator; they stay where they are. However the bytes were cut into segments, the
     * outcome is the same and each is looked at once.
     *
     * @param separators one or more, none of them empty; the arrays are copied
     * @param limit the most bytes before the separator, zero or more
     * @return the bytes, the separator included
     */
    public CompletableFuture<byte[]> readUntil(List<byte[]> separators, int limit) {
        return core.input.submit(
                new ReadRequest.Until("readUntil", compiled(separators), requireNotNegative(limit), false));
    }

    /**
     * Reads everything until EOF, but not more than so much.
     *
     * <p>Completes at EOF. Fails with {@link LimitOverrunException} as soon as more bytes are there; all of them stay.
     *
     * @param maxByteCount the most bytes, zero or more
     * @return all bytes before EOF
     */
    public CompletableFuture<byte[]> readAll(int maxByteCount) {
        return core.input.submit(new ReadRequest.All("readAll", requireNotNegative(maxByteCount)));
    }

    /**
     * Reads into the caller's buffer.
     *
     * <p>Completes when at least one byte is there and has been put behind the buffer's position, which has then moved. At EOF: with
     * -1. Zero if the buffer has no room. Until completion the buffer is the reader's; a cancelled call leaves it as it was.
     *
     * @param target where the bytes go
     * @return how many bytes were read, or -1 at EOF
     * @throws IllegalArgumentException if the buffer is read-only
     */
    public CompletableFuture<Integer> readInto(ByteBuffer target) {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("readInto() called with a read-only buffer");
        }
        return core.input.submit(new ReadRequest.Into(target));
    }

    /**
     * Takes what is buffered, without waiting.
     *
     * <p>Completes at once on the connection's loop, and by its next task elsewhere. At EOF, too, with an empty array when there is
     * nothing; {@link #atEof} tells the two apart.
     *
     * @return the buffered bytes, possibly none
     */
    public CompletableFuture<byte[]> readAvailable() {
        return core.input.submit(ReadRequest.Available.INSTANCE);
    }

    /**
     * Looks at the next bytes and leaves them there.
     *
     * <p>Completes when so many are there. At EOF before that: with the fewer that are.
     *
     * @param byteCount how many, zero or more
     * @return a copy of the bytes; fewer than asked for only at EOF
     */
    public CompletableFuture<byte[]> peek(int byteCount) {
        return core.input.submit(new ReadRequest.Peek(requireNotNegative(byteCount)));
    }

    /**
     * Drops bytes, as many as there are but not more than so many: a {@link #read} whose bytes go nowhere. Dropping the
     * {@linkplain LimitOverrunException#consumed() certain part} of an over-long line takes one call.
     *
     * <p>Completes when at least one byte was dropped. At EOF: with zero.
     *
     * @param byteCount the most bytes to drop, zero or more
     * @return how many bytes were dropped, zero only at EOF or if none were asked for
     */
    public CompletableFuture<Integer> skip(int byteCount) {
        return core.input.submit(new ReadRequest.Skip(requireNotNegative(byteCount)));
    }

    /**
     * Moves every byte until EOF into a writer, which is then sent EOF itself if it {@linkplain StreamWriter#canWriteEof() can}.
     * Two of them back to back are a proxy: half-close aware, with backpressure in both directions, and without a copy where
     * both connections share an event loop.
     *
     * <p>Completes at EOF, when all bytes are written (not: flushed). Fails also with what the writer's {@code drain} fails with. Is
     * pending like a read for as long as it lasts. Cancelled, it stops between two segments; each byte is then in this reader or in
     * the writer.
     *
     * @param target where the bytes go; may belong to another loop
     * @return how many bytes were moved
     */
    public CompletableFuture<Long> relayTo(StreamWriter target) {
        Relay relay = new Relay(core.input, target);
        core.input.begin(relay);
        return relay;
    }

    /**
     * Calls a function with each line until EOF, waiting for each call's stage before the next line is read: asyncio's
     * {@code async for line in reader}, for callbacks.
     *
     * <p>Completes at EOF. Fails as {@link #readLine()} does, and with what {@code each} fails with. {@code each} runs on the
     * connection's event loop. Cancelled, it reads no further line; the next read sees every byte that {@code each} did not.
     *
     * @param each receives a line with its line feed (the last one may have none); returns a stage, or null to go on at once
     * @return completes when all lines were handled
     */
    public CompletableFuture<Void> forEachLine(Function<? super byte[], ? extends @Nullable CompletionStage<?>> each) {
        return new LineLoop(this, each).begin();
    }

    /**
     * The lines until EOF, for a thread that may block: asyncio's {@code async for line in reader}, in straight-line code.
     *
     * <p>Each {@code hasNext} {@linkplain Await#await awaits} a {@link #readLine()}. It throws
     * {@link java.io.UncheckedIOException} round what that fails with, and {@link java.util.concurrent.CancellationException} when
     * the thread is interrupted.
     *
     * @return an iterable to be used once
     */
    public Iterable<byte[]> lines() {
        return () -> new LineIterator(this);
    }

    /**
     * Ends the input from this side (asyncio's {@code feed_eof}): reads see what has arrived, then EOF, and what the peer still sends is
     * dropped. The output goes on: how a server lets its conversations finish. Without effect when the input has ended.
     */
    public void feedEof() {
        core.access.run(() -> core.input.end(null));
    }

    /**
     * Whether the input has come to its end and nothing of it is left to read (asyncio's {@code at_eof}). A loss alone is no end.
     *
     * @return true from then on
     */
    public boolean atEof() {
        return core.input.atEof();
    }

    @Override
    public String toString() {
        return "StreamReader[" + (atEof() ? "at EOF, " : "") + "limit=" + core.limits.readLimitBytes() + ", " + core
                + "]";
    }

    private Separators compiled(List<byte[]> separators) {
        Separators last = lastSeparators;
        if (last == null || !last.isSame(separators)) {
            last = Separators.of(separators);
            lastSeparators = last; // a benign race: immutable, and any of them will do
        }
        return last;
    }

    private static int requireNotNegative(int byteCount) {
        if (byteCount < 0) {
            throw new IllegalArgumentException("byteCount < 0: " + byteCount);
        }
        return byteCount;
    }
}
