package dev.nettystreams;

import dev.nettystreams.spi.Chunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one read wants, and alone decides whether the queue has it. Knows nothing of futures, threads or flow control.
 *
 * <p>A request whose answer is not there yet is asked again after every arrival, so {@link #take} must be cheap when it says
 * no: searches go on where they stopped ({@link ByteQueue}).
 *
 * @param <T> the result
 */
abstract sealed class ReadRequest<T> {
    static final byte[] NOTHING = {};

    private final String name;

    private ReadRequest(String name) {
        this.name = name;
    }

    /** The public method that made this request, for messages. */
    final String name() {
        return name;
    }

    /** The result, taken from the queue; null when more bytes must come first. Takes nothing when it throws. */
    abstract @Nullable T take(ByteQueue queue) throws IOException;

    /** The result when no byte will come any more and {@link #take} said null. */
    abstract T takeAtEof(ByteQueue queue) throws IOException;

    /** Whether {@link #takeAtEof} counts for the gate, as for asyncio's {@code read}; other reads leave a paused transport alone. */
    boolean opensGateAtEof() {
        return false;
    }

    /** Puts back what {@link #take} gave, since its caller cancelled first. */
    abstract void putBack(T result, ByteQueue queue);

    /** A shortcut round an empty queue, from the transport's memory to the caller's; null when it does not apply. */
    @Nullable
    T takeDirectly(Chunk chunk) {
        return null;
    }

    private static IncompleteReadException incomplete(ByteQueue queue, int expected) {
        return new IncompleteReadException(queue.take(queue.size()), expected);
    }

    abstract static sealed class ForBytes extends ReadRequest<byte[]> {
        private ForBytes(String name) {
            super(name);
        }

        @Override
        void putBack(byte[] result, ByteQueue queue) {
            queue.unread(result);
        }
    }

    /** {@code read(n)}: what there is, at most n. */
    static final class Some extends ForBytes {
        private final int byteCount;

        Some(int byteCount) {
            super("read");
            this.byteCount = byteCount;
        }

        @Override
        byte @Nullable [] take(ByteQueue queue) {
            return queue.isEmpty() && byteCount > 0 ? null : queue.take(Math.min(byteCount, queue.size()));
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
        byte[] takeDirectly(Chunk chunk) {
            byte[] bytes = new byte[Math.min(byteCount, chunk.remaining())];
            chunk.take(bytes, 0, bytes.length);
            return bytes;
        }
    }

    /** {@code readAvailable()}: what there is, without waiting. */
    static final class Available extends ForBytes {
        static final Available INSTANCE = new Available();

        private Available() {
            super("readAvailable");
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
    static final class Exactly extends ForBytes {
        private final int byteCount;

        Exactly(int byteCount) {
            super("readExactly");
            this.byteCount = byteCount;
        }

        @Override
        byte @Nullable [] take(ByteQueue queue) {
            return queue.size() < byteCount ? null : queue.take(byteCount);
        }

        @Override
        byte[] takeAtEof(ByteQueue queue) throws IncompleteReadException {
            throw incomplete(queue, byteCount);
        }

        @Override
        byte @Nullable [] takeDirectly(Chunk chunk) {
            if (chunk.remaining() < byteCount) {
                return null;
            }
            byte[] bytes = new byte[byteCount];
            chunk.take(bytes, 0, byteCount);
            return bytes;
        }
    }

    /** {@code peek(n)}: exactly n, or what there is at the end, and nothing is taken. */
    static final class Peek extends ForBytes {
        private final int byteCount;

        Peek(int byteCount) {
            super("peek");
            this.byteCount = byteCount;
        }

        @Override
        byte @Nullable [] take(ByteQueue queue) {
            return queue.size() < byteCount ? null : queue.peek(byteCount);
        }

        @Override
        byte[] takeAtEof(ByteQueue queue) {
            return queue.peek(queue.size());
        }

        @Override
        void putBack(byte[] result, ByteQueue queue) {}
    }

    /** {@code read(-1)} and {@code readAll(max)}: nothing is taken before the end of input. */
    static final class All extends ForBytes {
        private final int maxByteCount;

        All(String name, int maxByteCount) {
            super(name);
            this.maxByteCount = maxByteCount;
        }

        @Override
        byte @Nullable [] take(ByteQueue queue) throws LimitOverrunException {
            if (queue.size() > maxByteCount) {
                throw new LimitOverrunException(false, queue.size(), maxByteCount);
            }
            return null;
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
    static final class Until extends ForBytes {
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
        byte @Nullable [] take(ByteQueue queue) throws LimitOverrunException {
            int end = queue.indexAfter(separators);
            if (end < 0) {
                // A separator may have begun in the last (longest - 1) bytes, in none before them.
                int certain = Math.max(0, queue.size() + 1 - separators.longest());
                if (certain > limit) {
                    throw new LimitOverrunException(false, certain, limit);
                }
                return null;
            }
            int start = end - queue.matchedLength(separators);
            if (start > limit) {
                throw new LimitOverrunException(true, start, limit);
            }
            return queue.take(end);
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
    static final class StrictLine extends ForBytes {
        private static final Separators CR_OR_LF = Separators.of(List.of(new byte[] {'\r'}, new byte[] {'\n'}));
        private final int limit;

        StrictLine(int limit) {
            super("readLine");
            this.limit = limit;
        }

        @Override
        byte @Nullable [] take(ByteQueue queue) throws IOException {
            int next = queue.indexAfter(CR_OR_LF);
            int length = next < 0 ? queue.size() : next - 1;
            if (length > limit) {
                throw new LimitOverrunException(next >= 0, length, limit);
            }
            if (next < 0) {
                return null;
            }
            if (queue.byteAt(length) == '\n') {
                throw new BareLineEndingException(length, '\n');
            }
            if (queue.size() == next) {
                return null; // a CR whose LF may be on its way
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

        /** What is skipped cannot be put back, so the queue keeps a copy's worth of it until the race is over. */
        private byte[] skipped = NOTHING;

        @Override
        @Nullable
        Integer take(ByteQueue queue) {
            if (queue.isEmpty() && byteCount > 0) {
                return null;
            }
            skipped = queue.take(Math.min(byteCount, queue.size()));
            return skipped.length;
        }

        @Override
        Integer takeAtEof(ByteQueue queue) {
            return 0;
        }

        @Override
        void putBack(Integer result, ByteQueue queue) {
            queue.unread(skipped);
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
        @Nullable
        Integer take(ByteQueue queue) {
            if (queue.isEmpty() && target.hasRemaining()) {
                return null;
            }
            int byteCount = Math.min(target.remaining(), queue.size());
            queue.takeInto(target, byteCount);
            return byteCount;
        }

        @Override
        Integer takeAtEof(ByteQueue queue) {
            return -1;
        }

        @Override
        void putBack(Integer result, ByteQueue queue) {
            int byteCount = Math.max(0, result);
            byte[] bytes = new byte[byteCount];
            target.position(target.position() - byteCount);
            target.duplicate().get(bytes);
            queue.unread(bytes);
        }

        @Override
        Integer takeDirectly(Chunk chunk) {
            int byteCount = Math.min(target.remaining(), chunk.remaining());
            ByteBuffer window = target.duplicate();
            window.limit(window.position() + byteCount);
            chunk.take(window);
            target.position(window.position());
            return byteCount;
        }
    }
}
