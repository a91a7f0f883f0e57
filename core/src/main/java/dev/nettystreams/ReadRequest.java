package dev.nettystreams;

import dev.nettystreams.spi.Chunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one read wants, and alone decides whether the queue has it. Knows nothing of futures, threads or flow control.
 *
 * <pre>
 *   isReady? --no--> asked again after the next arrival; at the end of input: takeAtEof
 *            --yes-> take (or takeDirectly, round an empty queue): the result, or why there is none
 * </pre>
 *
 * <p>The look is separate from the taking, so that between the two the caller's future can be claimed ({@link Claimable}): a read
 * that was cancelled moves nothing. The look must be cheap when it says no: searches go on where they stopped
 * ({@link ByteQueue}).
 *
 * @param <T> the result
 */
abstract sealed class ReadRequest<T> {
    static final byte[] NOTHING = {};
    private static final int NEVER = Integer.MAX_VALUE;

    private final String name;

    private ReadRequest(String name) {
        this.name = name;
    }

    /** The public method that made this request, for messages. */
    final String name() {
        return name;
    }

    /** Whether {@link #take} has an answer: a result or a failure. Takes nothing. */
    abstract boolean isReady(ByteQueue queue);

    /** The result, taken from the queue, when {@link #isReady} said yes. Takes nothing when it throws. */
    abstract T take(ByteQueue queue) throws IOException;

    /** Both in one, where there is nothing to claim in between: the result, or null when it is not ready. */
    @Nullable
    T poll(ByteQueue queue) throws IOException {
        return isReady(queue) ? take(queue) : null;
    }

    /** The result when no byte will come any more and {@link #isReady} says no. */
    abstract T takeAtEof(ByteQueue queue) throws IOException;

    /** Whether {@link #takeAtEof} counts for the gate, as for asyncio's {@code read}; other reads leave a paused transport alone. */
    boolean opensGateAtEof() {
        return false;
    }

    /** Whether a part of what has arrived can answer it as well as all of it. */
    boolean mayUseLent() {
        return true;
    }

    /** From how many bytes on {@link #takeDirectly} serves this request when nothing else is buffered. */
    int directByteCount() {
        return NEVER;
    }

    /** A shortcut round an empty queue: from the transport's memory to the caller's. */
    T takeDirectly(Chunk chunk) {
        throw new IllegalStateException(name + " goes through the queue");
    }

    private static IncompleteReadException incomplete(ByteQueue queue, int expected) {
        return new IncompleteReadException(queue.take(queue.size()), expected);
    }

    private static byte[] taken(Chunk chunk, int byteCount) {
        byte[] bytes = new byte[byteCount];
        chunk.take(bytes, 0, byteCount);
        return bytes;
    }

    /** {@code read(n)}: what there is, at most n. */
    static final class Some extends ReadRequest<byte[]> {
        private final int byteCount;

        Some(int byteCount) {
            super("read");
            this.byteCount = byteCount;
        }

        @Override
        boolean isReady(ByteQueue queue) {
            return !queue.isEmpty() || byteCount == 0;
        }

        @Override
        byte[] take(ByteQueue queue) {
            return queue.take(Math.min(byteCount, queue.size()));
        }

        @Override
        byte[] takeAtEof(ByteQueue queue) {
            return NOTHING;
        }

        @Override
        boolean opensGateAtEof() {
            return true;
        }

        @Override
        int directByteCount() {
            return 1;
        }

        @Override
        byte[] takeDirectly(Chunk chunk) {
            return taken(chunk, Math.min(byteCount, chunk.remaining()));
        }
    }

    /** {@code readAvailable()}: what there is, without waiting. */
    static final class Available extends ReadRequest<byte[]> {
        static final Available INSTANCE = new Available();

        private Available() {
            super("readAvailable");
        }

        @Override
        boolean mayUseLent() {
            return false;
        }

        @Override
        boolean isReady(ByteQueue queue) {
            return true;
        }

        @Override
        byte[] take(ByteQueue queue) {
            return queue.take(queue.size());
        }

        @Override
        byte[] takeAtEof(ByteQueue queue) {
            return NOTHING;
        }
    }

    /** {@code readExactly(n)}. */
    static final class Exactly extends ReadRequest<byte[]> {
        private final int byteCount;

        Exactly(int byteCount) {
            super("readExactly");
            this.byteCount = byteCount;
        }

        @Override
        boolean isReady(ByteQueue queue) {
            return queue.size() >= byteCount;
        }

        @Override
        byte[] take(ByteQueue queue) {
            return queue.take(byteCount);
        }

        @Override
        byte @Nullable [] poll(ByteQueue queue) {
            return queue.size() >= byteCount ? queue.take(byteCount) : null;
        }

        @Override
        byte[] takeAtEof(ByteQueue queue) throws IncompleteReadException {
            throw incomplete(queue, byteCount);
        }

        @Override
        int directByteCount() {
            return byteCount;
        }

        @Override
        byte[] takeDirectly(Chunk chunk) {
            return taken(chunk, byteCount);
        }
    }

    /** {@code peek(n)}: exactly n, or what there is at the end, and nothing is taken. */
    static final class Peek extends ReadRequest<byte[]> {
        private final int byteCount;

        Peek(int byteCount) {
            super("peek");
            this.byteCount = byteCount;
        }

        @Override
        boolean isReady(ByteQueue queue) {
            return queue.size() >= byteCount;
        }

        @Override
        byte[] take(ByteQueue queue) {
            return queue.peek(byteCount);
        }

        @Override
        byte[] takeAtEof(ByteQueue queue) {
            return queue.peek(queue.size());
        }
    }

    /** {@code read(-1)} and {@code readAll(max)}: nothing is taken before the end of input. */
    static final class All extends ReadRequest<byte[]> {
        private final int maxByteCount;

        All(String name, int maxByteCount) {
            super(name);
            this.maxByteCount = maxByteCount;
        }

        @Override
        boolean isReady(ByteQueue queue) {
            return queue.size() > maxByteCount;
        }

        @Override
        byte[] take(ByteQueue queue) throws LimitOverrunException {
            throw new LimitOverrunException(false, queue.size(), maxByteCount);
        }

        @Override
        byte[] takeAtEof(ByteQueue queue) {
            return queue.take(queue.size());
        }

        @Override
        boolean opensGateAtEof() {
            return true;
        }
    }

    /** {@code readUntil} and {@code readLine()}: through the separator that ends first. */
    static final class Until extends ReadRequest<byte[]> {
        private final Separators separators;
        private final int limit;
        private final boolean partialAtEof;

        /**
         * @param limit the most bytes before the separator
         * @param partialAtEof whether what precedes the end of input is a result (a last line) and not an error
         */
        Until(String name, Separators separators, int limit, boolean partialAtEof) {
            super(name);
            this.separators = separators;
            this.limit = limit;
            this.partialAtEof = partialAtEof;
        }

        @Override
        boolean isReady(ByteQueue queue) {
            return queue.indexAfter(separators) >= 0 || certainByteCount(queue) > limit;
        }

        @Override
        byte[] take(ByteQueue queue) throws LimitOverrunException {
            byte[] line = poll(queue);
            if (line == null) {
                throw new IllegalStateException("not ready");
            }
            return line;
        }

        @Override
        byte @Nullable [] poll(ByteQueue queue) throws LimitOverrunException {
            int end = queue.indexAfter(separators);
            if (end >= 0) {
                int start = end - queue.matchedLength(separators);
                if (start > limit) {
                    throw new LimitOverrunException(true, start, limit);
                }
                return queue.take(end);
            }
            int certain = certainByteCount(queue);
            if (certain > limit) {
                throw new LimitOverrunException(false, certain, limit);
            }
            return null;
        }

        /** A separator may have begun in the last (longest - 1) bytes, in none before them. */
        private int certainByteCount(ByteQueue queue) {
            return Math.max(0, queue.size() + 1 - separators.longest());
        }

        @Override
        byte[] takeAtEof(ByteQueue queue) throws IncompleteReadException {
            if (partialAtEof) {
                return queue.take(queue.size());
            }
            throw incomplete(queue, IncompleteReadException.UNDEFINED);
        }
    }

    /** {@code readLine(CRLF)}: CR LF ends it, and either of them alone is an error. */
    static final class StrictLine extends ReadRequest<byte[]> {
        private static final Separators CR_OR_LF = Separators.of(List.of(new byte[] {'\r'}, new byte[] {'\n'}));
        private final int limit;

        StrictLine(int limit) {
            super("readLine");
            this.limit = limit;
        }

        @Override
        boolean isReady(ByteQueue queue) {
            int next = queue.indexAfter(CR_OR_LF);
            if (next < 0) {
                return queue.size() > limit;
            }
            // A CR in the last place waits for its LF, unless the line is too long already.
            return next - 1 > limit || queue.byteAt(next - 1) == '\n' || queue.size() > next;
        }

        @Override
        byte[] take(ByteQueue queue) throws IOException {
            int next = queue.indexAfter(CR_OR_LF);
            int length = next < 0 ? queue.size() : next - 1;
            if (length > limit) {
                throw new LimitOverrunException(next >= 0, length, limit);
            }
            if (queue.byteAt(length) == '\n') {
                throw new BareLineEndingException(length, '\n');
            }
            if (queue.byteAt(next) != '\n') {
                throw new BareLineEndingException(length, '\r');
            }
            return queue.take(next + 1);
        }

        @Override
        byte[] takeAtEof(ByteQueue queue) throws IncompleteReadException {
            if (queue.isEmpty()) {
                return NOTHING;
            }
            throw incomplete(queue, IncompleteReadException.UNDEFINED);
        }
    }

    /** {@code skip(n)}: like {@code read(n)}, but the bytes go nowhere. */
    static final class Skip extends ReadRequest<Integer> {
        private final int byteCount;

        Skip(int byteCount) {
            super("skip");
            this.byteCount = byteCount;
        }

        @Override
        boolean isReady(ByteQueue queue) {
            return !queue.isEmpty() || byteCount == 0;
        }

        @Override
        Integer take(ByteQueue queue) {
            int skipped = Math.min(byteCount, queue.size());
            queue.drop(skipped);
            return skipped;
        }

        @Override
        Integer takeAtEof(ByteQueue queue) {
            return 0;
        }

        @Override
        int directByteCount() {
            return 1;
        }

        @Override
        Integer takeDirectly(Chunk chunk) {
            int skipped = Math.min(byteCount, chunk.remaining());
            chunk.skip(skipped);
            return skipped;
        }
    }

    /** {@code readInto}: what there is, into the caller's buffer. */
    static final class Into extends ReadRequest<Integer> {
        private final ByteBuffer target;

        Into(ByteBuffer target) {
            super("readInto");
            this.target = target;
        }

        @Override
        boolean isReady(ByteQueue queue) {
            return !queue.isEmpty() || !target.hasRemaining();
        }

        @Override
        Integer take(ByteQueue queue) {
            int byteCount = Math.min(target.remaining(), queue.size());
            queue.takeInto(target, byteCount);
            return byteCount;
        }

        @Override
        Integer takeAtEof(ByteQueue queue) {
            return -1;
        }

        @Override
        int directByteCount() {
            return 1;
        }

        @Override
        Integer takeDirectly(Chunk chunk) {
            int byteCount = Math.min(target.remaining(), chunk.remaining());
            int limit = target.limit();
            target.limit(target.position() + byteCount);
            chunk.take(target);
            target.limit(limit);
            return byteCount;
        }
    }
}
