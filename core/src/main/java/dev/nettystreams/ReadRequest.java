package dev.nettystreams;

import dev.nettystreams.spi.Block;
import dev.nettystreams.spi.Chunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The condition and the result of one read; it alone decides whether the queue satisfies the read. It knows no futures,
 * threads or flow control.
 *
 * <pre>
 *   isReady? --no--> asked again after the next arrival; at the end of input: takeAtEof
 *            --yes-> take (or takeDirectly, round an empty queue): the result, or the failure
 * </pre>
 *
 * <p>The check is separate from the taking, so that the caller's future can be claimed in between ({@link Claimable}):
 * a cancelled read takes no bytes. A check that fails must be cheap: searches continue where they stopped
 * ({@link ByteQueue}).
 *
 * @param <T> the type of the result
 */
abstract class ReadRequest<T extends @Nullable Object> {
    static final byte[] NOTHING = {};
    private static final int NEVER = Integer.MAX_VALUE;

    private final String name;

    ReadRequest(String name) {
        this.name = name;
    }

    /** Returns the public method that created this request, for messages. */
    final String name() {
        return name;
    }

    /** Returns whether {@link #take} has an answer, a result or a failure. Takes no bytes. */
    abstract boolean isReady(ByteQueue queue);

    /** Called before {@link #isReady}: a request that looks at the bytes needs them in the queue's array. */
    void prepare(ByteQueue queue) {}

    /** Takes the result from the queue; called only if {@link #isReady} is true. Takes no bytes if it throws. */
    abstract T take(ByteQueue queue) throws IOException;

    /**
     * Checks and takes in one step, where no future must be claimed in between; returns null if the request is not
     * ready. A null result is possible only at the end of the input.
     */
    @Nullable
    T poll(ByteQueue queue) throws IOException {
        prepare(queue);
        return isReady(queue) ? take(queue) : null;
    }

    /** Returns the result at the end of the input, when {@link #isReady} is false. */
    abstract T takeAtEof(ByteQueue queue) throws IOException;

    /**
     * Returns whether {@link #takeAtEof} may resume a paused transport, as asyncio's {@code read} does; other reads do
     * not.
     */
    boolean opensGateAtEof() {
        return false;
    }

    /** Returns whether a part of the received bytes can answer the request as well as all of them. */
    boolean mayUseLent() {
        return true;
    }

    /** Returns the number of bytes from which {@link #takeDirectly} can serve this request if nothing is buffered. */
    int directByteCount() {
        return NEVER;
    }

    /** Copies from the transport's memory to the caller's, without the queue. */
    T takeDirectly(Chunk chunk) {
        throw new IllegalStateException(name + " goes through the queue");
    }

    static int requireNotNegative(int value, String parameter) {
        if (value < 0) {
            throw new IllegalArgumentException(parameter + " < 0: " + value);
        }
        return value;
    }

    static IncompleteReadException incomplete(ByteQueue queue, int expected) {
        return new IncompleteReadException(queue.take(queue.size()), expected);
    }

    private static byte[] taken(Chunk chunk, int byteCount) {
        byte[] bytes = new byte[byteCount];
        chunk.take(bytes, 0, byteCount);
        return bytes;
    }

    /** {@code read(n)}: the available bytes, at most n. */
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

    /** {@code readAvailable()}: the available bytes, without waiting. */
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

    /** {@code peek(n)}: exactly n bytes, or the available ones at the end; takes none. */
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

    /** {@code read(-1)} and {@code readAll(max)}: takes no bytes before the end of the input. */
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

    /** {@code skip(n)}: like {@code read(n)}, but discards the bytes. */
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

    /** {@code borrow}: the available bytes with their memory; from the queue, an array of their own. */
    static final class Borrow extends ReadRequest<BorrowedBytes> {
        private final int byteCount;
        private final @Nullable Throwable place = DebugMode.borrowPlace();

        Borrow(int byteCount) {
            super("borrow");
            this.byteCount = byteCount;
        }

        @Override
        boolean isReady(ByteQueue queue) {
            return !queue.isEmpty() || byteCount == 0;
        }

        @Override
        BorrowedBytes take(ByteQueue queue) {
            return BorrowedBytes.over(queue.takeBlock(byteCount), place);
        }

        private BorrowedBytes owning(byte[] bytes) {
            return BorrowedBytes.over(Block.of(ByteBuffer.wrap(bytes)), place);
        }

        @Override
        BorrowedBytes takeAtEof(ByteQueue queue) {
            return owning(NOTHING);
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
        BorrowedBytes takeDirectly(Chunk chunk) {
            return BorrowedBytes.over(chunk.takeBlock(Math.min(byteCount, chunk.remaining())), place);
        }
    }

    /** {@code readInto}: the available bytes, into the caller's buffer. */
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
