package dev.nettystreams.netty;

import dev.nettystreams.BorrowedBytes;
import dev.nettystreams.spi.Block;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Objects;

/**
 * Borrowed bytes as Netty's buffers, and the reverse: for programs with handlers of their own beside the streams.
 * Neither way copies.
 */
public final class NettyBytes {
    private NettyBytes() {}

    /**
     * Turns borrowed bytes into a buffer, which takes their place: the borrowed bytes are closed from then on.
     *
     * @param bytes the bytes, of a connection over Netty or of any other
     * @return a buffer with one reference, which the caller must release; it must not be written to
     * @throws IllegalStateException if the bytes were closed or written before
     */
    public static ByteBuf toByteBuf(BorrowedBytes bytes) {
        Block block = bytes.release();
        if (block instanceof BufferBlock own) {
            return own.buffer();
        }
        try {
            return Unpooled.copiedBuffer(block.bytes());
        } finally {
            block.release();
        }
    }

    /**
     * Turns a buffer into borrowed bytes, to look at or to {@linkplain dev.nettystreams.StreamWriter#write write}.
     *
     * @param buffer the buffer, whose reference the result takes over; neither its indexes nor its bytes may change
     *     afterwards
     * @return the readable bytes, which must be closed or written
     */
    public static BorrowedBytes of(ByteBuf buffer) {
        return BorrowedBytes.over(new BufferBlock(Objects.requireNonNull(buffer, "buffer")));
    }
}
