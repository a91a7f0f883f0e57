package dev.nettystreams;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A read through a separator. The two subclasses differ in how they find it; the bytes are taken here, or decoded by
 * {@link TextRequest.Line}.
 */
abstract sealed class DelimitedRequest extends ReadRequest<byte[]> {
    static final int NOT_FOUND = -1;

    private DelimitedRequest(String name) {
        super(name);
    }

    /** A line with the given ending and limit, both as {@code readLine} has them. */
    static DelimitedRequest line(LineEnding ending, int limit) {
        requireNotNegative(limit, "limit");
        return switch (ending) {
            case LF -> Until.line(limit);
            case CRLF -> new StrictLine(limit);
        };
    }

    /**
     * Returns the number of bytes through the separator, or {@link #NOT_FOUND} while later bytes may decide. Takes no
     * bytes, whether it returns or throws.
     */
    abstract int find(ByteQueue queue) throws IOException;

    @Override
    final void prepare(ByteQueue queue) {
        queue.flatten();
    }

    @Override
    final byte[] take(ByteQueue queue) throws IOException {
        return queue.take(found(queue));
    }

    @Override
    final byte @Nullable [] poll(ByteQueue queue) throws IOException {
        queue.flatten();
        int end = find(queue);
        return end == NOT_FOUND ? null : queue.take(end);
    }

    /** Does the same as {@link #find}, for a caller that knows that the request is ready. */
    final int found(ByteQueue queue) throws IOException {
        int end = find(queue);
        if (end == NOT_FOUND) {
            throw new IllegalStateException("not ready");
        }
        return end;
    }

    /** {@code readUntil} and {@code readLine()}: through the separator that ends first. */
    static final class Until extends DelimitedRequest {
        private final Separators separators;
        private final int limit;
        private final boolean partialAtEof;

        /**
         * @param limit the maximum number of bytes before the separator
         * @param partialAtEof true if the bytes before the end of the input are a result (a last line), false if they
         *     are an error
         */
        Until(String name, Separators separators, int limit, boolean partialAtEof) {
            super(name);
            this.separators = separators;
            this.limit = limit;
            this.partialAtEof = partialAtEof;
        }

        /** A line that ends with LF, or with the end of the input. */
        static Until line(int limit) {
            return new Until("readLine", Separators.LF, limit, true);
        }

        @Override
        boolean isReady(ByteQueue queue) {
            return queue.indexAfter(separators) >= 0 || certainByteCount(queue) > limit;
        }

        @Override
        int find(ByteQueue queue) throws LimitOverrunException {
            int end = queue.indexAfter(separators);
            if (end >= 0) {
                int start = end - queue.matchedLength(separators);
                if (start > limit) {
                    throw new LimitOverrunException(true, start, limit);
                }
                return end;
            }
            int certain = certainByteCount(queue);
            if (certain > limit) {
                throw new LimitOverrunException(false, certain, limit);
            }
            return NOT_FOUND;
        }

        /** A separator may have started in the last (longest - 1) bytes, and in none before them. */
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

    /** {@code readLine(CRLF)}: CR LF ends the line, and either of them alone is an error. */
    static final class StrictLine extends DelimitedRequest {
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
            // A CR at the end waits for its LF, unless the line is too long already.
            return next - 1 > limit || queue.byteAt(next - 1) == '\n' || queue.size() > next;
        }

        @Override
        int find(ByteQueue queue) throws IOException {
            if (!isReady(queue)) {
                return NOT_FOUND;
            }
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
            return next + 1;
        }

        @Override
        byte[] takeAtEof(ByteQueue queue) throws IncompleteReadException {
            if (queue.isEmpty()) {
                return NOTHING;
            }
            throw incomplete(queue, IncompleteReadException.UNDEFINED);
        }
    }
}
