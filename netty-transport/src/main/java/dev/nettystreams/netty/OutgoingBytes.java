package dev.nettystreams.netty;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that wait for a {@link BlockingOutput}'s thread, in order. Small writes gather in one array, which nobody
 * appends to any more once a piece of it has been taken.
 *
 * <p>Confined to the connection's loop.
 */
final class OutgoingBytes {
    private static final int MAX_PIECE_BYTES = 65536;
    private static final int GATHERED_BYTES = 8192;

    private final ArrayDeque<ByteBuffer> buffers = new ArrayDeque<>();
    private @Nullable ByteBuffer open; // behind all others; between 0 and its position are bytes

    void append(byte[] source, int offset, int byteCount) {
        if (byteCount > GATHERED_BYTES / 2) {
            byte[] copy = new byte[byteCount];
            System.arraycopy(source, offset, copy, 0, byteCount);
            appendOwned(ByteBuffer.wrap(copy));
        } else if (byteCount > 0) {
            openFor(byteCount).put(source, offset, byteCount);
        }
    }

    /** Takes the buffer over. */
    void appendOwned(ByteBuffer source) {
        if (!source.hasRemaining()) {
            return;
        }
        if (source.hasArray()) {
            seal();
            buffers.add(source);
        } else {
            byte[] copy = new byte[source.remaining()];
            source.get(copy);
            append(copy, 0, copy.length);
        }
    }

    private ByteBuffer openFor(int byteCount) {
        ByteBuffer current = open;
        if (current == null || current.remaining() < byteCount) {
            seal();
            current = ByteBuffer.allocate(GATHERED_BYTES);
            open = current;
        }
        return current;
    }

    private void seal() {
        ByteBuffer current = open;
        if (current != null) {
            buffers.add(current.flip());
            open = null;
        }
    }

    /** Takes the next piece, an array that is not changed between its bounds any more. There is one if bytes wait. */
    ByteBuffer take() {
        if (buffers.isEmpty()) {
            seal();
        }
        ByteBuffer first = buffers.element();
        ByteBuffer piece = first.slice(first.position(), Math.min(first.remaining(), MAX_PIECE_BYTES));
        first.position(first.position() + piece.remaining());
        if (!first.hasRemaining()) {
            buffers.remove();
        }
        return piece;
    }

    void clear() {
        buffers.clear();
        open = null;
    }
}
