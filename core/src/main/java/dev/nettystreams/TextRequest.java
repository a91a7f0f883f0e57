package dev.nettystreams;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A read whose result is text. It decodes the bytes before it takes them, so that a cancelled read and malformed text
 * leave every byte in the queue.
 */
abstract sealed class TextRequest<T extends @Nullable String> extends ReadRequest<T> {
    final TextFormat format;

    private TextRequest(String name, TextFormat format) {
        super(name);
        this.format = format;
    }

    @Override
    final void prepare(ByteQueue queue) {
        queue.flatten();
    }

    private static String taken(TextFormat format, ByteQueue queue, int byteCount) throws MalformedTextException {
        String text = format.decode(queue.peek(byteCount));
        queue.drop(byteCount);
        return text;
    }

    /** {@code readLine}: a line without its ending, null at the end of the input. */
    static final class Line extends TextRequest<@Nullable String> {
        private final DelimitedRequest bytes;

        Line(DelimitedRequest bytes, TextFormat format) {
            super(bytes.name(), format);
            this.bytes = bytes;
        }

        @Override
        boolean isReady(ByteQueue queue) {
            return bytes.isReady(queue);
        }

        @Override
        String take(ByteQueue queue) throws IOException {
            return takeLine(queue, bytes.found(queue));
        }

        @Override
        @Nullable
        String poll(ByteQueue queue) throws IOException {
            queue.flatten();
            int end = bytes.find(queue);
            return end == DelimitedRequest.NOT_FOUND ? null : takeLine(queue, end);
        }

        /** @param end the number of bytes through LF */
        private String takeLine(ByteQueue queue, int end) throws MalformedTextException {
            byte[] line = queue.peek(end);
            int length = end - 1;
            if (length > 0 && line[length - 1] == '\r') {
                length--;
            }
            String text = format.decode(line, length);
            queue.drop(end);
            return text;
        }

        @Override
        @Nullable
        String takeAtEof(ByteQueue queue) throws IOException {
            if (queue.isEmpty()) {
                return null;
            }
            if (bytes instanceof DelimitedRequest.Until) {
                return taken(format, queue, queue.size());
            }
            bytes.takeAtEof(queue);
            throw new IllegalStateException("a strict line ended without its ending");
        }
    }

    /** {@code read(n)}: the available whole characters, at most n. */
    static final class Some extends TextRequest<String> {
        private final int charCount;

        Some(int charCount, TextFormat format) {
            super("read", format);
            this.charCount = charCount;
        }

        @Override
        boolean isReady(ByteQueue queue) {
            return charCount == 0 || (!queue.isEmpty() && startsWithCharacter(queue));
        }

        private boolean startsWithCharacter(ByteQueue queue) {
            byte[] start = queue.peek(Math.min(TextFormat.MAX_CHARACTER_BYTES, queue.size()));
            TextFormat.Prefix first = format.decodePrefix(start, start.length, 1, false);
            return !first.text().isEmpty() || first.isMalformedBehind();
        }

        @Override
        String take(ByteQueue queue) throws MalformedTextException {
            if (charCount == 0) {
                return "";
            }
            long most = (long) charCount * TextFormat.MAX_CHARACTER_BYTES;
            byte[] bytes = queue.peek((int) Math.min(most, queue.size()));
            TextFormat.Prefix some = format.decodePrefix(bytes, bytes.length, charCount, false);
            if (some.text().isEmpty()) {
                throw format.malformed(bytes, 0, bytes.length);
            }
            queue.drop(some.byteCount());
            return some.text();
        }

        /** At most part of a character is left. */
        @Override
        String takeAtEof(ByteQueue queue) throws MalformedTextException {
            return taken(format, queue, queue.size());
        }

        @Override
        boolean opensGateAtEof() {
            return true;
        }
    }

    /** {@code readExactly(n)}: the text in exactly n bytes. */
    static final class Exactly extends TextRequest<String> {
        private final int byteCount;

        Exactly(int byteCount, TextFormat format) {
            super("readExactly", format);
            this.byteCount = byteCount;
        }

        @Override
        boolean isReady(ByteQueue queue) {
            return queue.size() >= byteCount;
        }

        @Override
        String take(ByteQueue queue) throws MalformedTextException {
            return taken(format, queue, byteCount);
        }

        @Override
        String takeAtEof(ByteQueue queue) throws IncompleteReadException {
            throw incomplete(queue, byteCount);
        }
    }

    /** {@code readAll(max)}: the text before the end of the input. */
    static final class All extends TextRequest<String> {
        private final int maxByteCount;

        All(int maxByteCount, TextFormat format) {
            super("readAll", format);
            this.maxByteCount = maxByteCount;
        }

        @Override
        boolean isReady(ByteQueue queue) {
            return queue.size() > maxByteCount;
        }

        @Override
        String take(ByteQueue queue) throws LimitOverrunException {
            throw new LimitOverrunException(false, queue.size(), maxByteCount);
        }

        @Override
        String takeAtEof(ByteQueue queue) throws MalformedTextException {
            return taken(format, queue, queue.size());
        }

        @Override
        boolean opensGateAtEof() {
            return true;
        }
    }
}
