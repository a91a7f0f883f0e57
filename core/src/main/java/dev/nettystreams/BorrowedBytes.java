package dev.nettystreams;

import dev.nettystreams.spi.Block;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Received bytes that a program borrows with their memory, instead of a copy: the fastest way through a program that
 * passes bytes on or only looks at them. {@link StreamReader#borrow} lends them.
 *
 * <pre>{@code
 * try (BorrowedBytes bytes = await(reader.borrow(65536))) {
 *     crc.update(bytes.asByteBuffer());
 *     writer.write(bytes); // takes them over; nothing is copied
 * }
 * }</pre>
 *
 * <p>The bytes are the program's until {@link #close}, or until {@link StreamWriter#write(BorrowedBytes)} takes them
 * over; every use after that throws {@link IllegalStateException}. Nobody changes them meanwhile. A program that drops
 * them without either keeps memory that the garbage collector does not know of; debug mode reports it, with the place
 * of the {@code borrow}.
 *
 * <p>Any thread may use them, one at a time. The buffers of {@link #asByteBuffer} must not be used after the end: the
 * memory may hold other bytes by then.
 */
public final class BorrowedBytes implements AutoCloseable {
    private final AtomicReference<@Nullable Block> block;
    private final int byteCount;

    private BorrowedBytes(AtomicReference<@Nullable Block> block, int byteCount) {
        this.block = block;
        this.byteCount = byteCount;
    }

    /**
     * Returns borrowed bytes over a block. For authors of transports, and for programs that have memory of another kind
     * to write.
     *
     * @param block the bytes, which the returned object owns
     * @return bytes that must be closed or written
     */
    public static BorrowedBytes over(Block block) {
        return over(block, DebugMode.borrowPlace());
    }

    static BorrowedBytes over(Block block, @Nullable Throwable place) {
        AtomicReference<@Nullable Block> owned = new AtomicReference<>(block);
        BorrowedBytes bytes = new BorrowedBytes(owned, block.byteCount());
        if (place != null) {
            DebugMode.watch(bytes, owned, place);
        }
        return bytes;
    }

    /**
     * Returns the number of bytes, also after the end.
     *
     * @return the number of bytes; zero only at EOF or if none were asked for
     */
    public int byteCount() {
        return byteCount;
    }

    /**
     * Returns a view of the bytes.
     *
     * @return a read-only buffer with its own position and limit, valid until the end
     * @throws IllegalStateException after the end
     */
    public ByteBuffer asByteBuffer() {
        return inUse().bytes().asReadOnlyBuffer();
    }

    /**
     * Returns one byte. To look at many, use {@link #asByteBuffer}.
     *
     * @param index the index of the byte
     * @return the byte
     * @throws IndexOutOfBoundsException if there is no such byte
     * @throws IllegalStateException after the end
     */
    public byte get(int index) {
        Objects.checkIndex(index, byteCount);
        ByteBuffer bytes = inUse().bytes();
        return bytes.get(bytes.position() + index);
    }

    /**
     * Copies the bytes to an array.
     *
     * @return a new array
     * @throws IllegalStateException after the end
     */
    public byte[] toArray() {
        byte[] copy = new byte[byteCount];
        inUse().bytes().get(copy);
        return copy;
    }

    /**
     * Copies the bytes into a buffer and advances its position.
     *
     * @param target the buffer to copy to
     * @throws java.nio.BufferOverflowException if it has less room than there are bytes
     * @throws ReadOnlyBufferException if it is read-only
     * @throws IllegalStateException after the end
     */
    public void copyTo(ByteBuffer target) {
        target.put(inUse().bytes());
    }

    private Block inUse() {
        Block owned = block.get();
        if (owned == null) {
            throw ended();
        }
        return owned;
    }

    private static IllegalStateException ended() {
        return new IllegalStateException("borrowed bytes used after close() or write()");
    }

    /**
     * Gives the memory up to the caller, as {@link #close} does to the lender. For authors of transports.
     *
     * @return the bytes, which the caller now owns
     * @throws IllegalStateException after the end
     */
    public Block release() {
        Block owned = block.getAndSet(null);
        if (owned == null) {
            throw ended();
        }
        return owned;
    }

    /** Gives the memory back. Has no effect after the end. */
    @Override
    public void close() {
        Block owned = block.getAndSet(null);
        if (owned != null) {
            owned.release();
        }
    }

    /** Returns the number of bytes, and whether they are still the program's. */
    @Override
    public String toString() {
        return "BorrowedBytes[" + byteCount + (block.get() == null ? ", ended]" : "]");
    }
}
