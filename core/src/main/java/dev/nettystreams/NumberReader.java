package dev.nettystreams;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A {@link StreamReader}'s bytes as numbers with a fixed width, in one byte order:
 * {@link StreamReader#numbers StreamReader.numbers}. It has no buffer of its own, so reads of numbers and reads of
 * bytes may alternate.
 *
 * <pre>{@code
 * int length = await(reader.numbers(BIG_ENDIAN).readInt());
 * byte[] frame = await(reader.readExactly(length));
 * }</pre>
 *
 * <p>The rules of {@link StreamReader} hold for these reads too: a read that is cancelled or times out consumes no
 * bytes, at most one read may be pending, and failures are the same. At EOF before the last byte of a number, a read
 * fails with {@link IncompleteReadException}, which holds the bytes that arrived.
 *
 * <p>Any thread may call any method.
 */
public final class NumberReader {
    private final StreamReader reader;
    private final ByteOrder order;

    NumberReader(StreamReader reader, ByteOrder order) {
        this.reader = reader;
        this.order = Objects.requireNonNull(order, "order"); // a ByteBuffer takes null for little-endian
    }

    /**
     * Returns the byte order of the numbers.
     *
     * @return the order that {@link StreamReader#numbers StreamReader.numbers} was given
     */
    public ByteOrder order() {
        return order;
    }

    /**
     * Reads 1 byte as a signed number.
     *
     * @return completes with the number: -128 to 127
     */
    public CompletableFuture<Byte> readByte() {
        return read("readByte", 1, ByteBuffer::get);
    }

    /**
     * Reads 1 byte as an unsigned number.
     *
     * @return completes with the number: 0 to 255
     */
    public CompletableFuture<Integer> readUnsignedByte() {
        return read("readUnsignedByte", 1, bytes -> Byte.toUnsignedInt(bytes.get()));
    }

    /**
     * Reads 2 bytes as a signed number.
     *
     * @return completes with the number: -2^15 to 2^15 - 1
     */
    public CompletableFuture<Short> readShort() {
        return read("readShort", 2, ByteBuffer::getShort);
    }

    /**
     * Reads 2 bytes as an unsigned number.
     *
     * @return completes with the number: 0 to 2^16 - 1
     */
    public CompletableFuture<Integer> readUnsignedShort() {
        return read("readUnsignedShort", 2, bytes -> Short.toUnsignedInt(bytes.getShort()));
    }

    /**
     * Reads 4 bytes as a signed number.
     *
     * @return completes with the number: -2^31 to 2^31 - 1
     */
    public CompletableFuture<Integer> readInt() {
        return read("readInt", 4, ByteBuffer::getInt);
    }

    /**
     * Reads 4 bytes as an unsigned number.
     *
     * @return completes with the number: 0 to 2^32 - 1
     */
    public CompletableFuture<Long> readUnsignedInt() {
        return read("readUnsignedInt", 4, bytes -> Integer.toUnsignedLong(bytes.getInt()));
    }

    /**
     * Reads 8 bytes as a signed number.
     *
     * @return completes with the number: -2^63 to 2^63 - 1
     */
    public CompletableFuture<Long> readLong() {
        return read("readLong", 8, ByteBuffer::getLong);
    }

    /**
     * Reads 4 bytes as an IEEE 754 binary32 number.
     *
     * @return completes with the number: any float
     */
    public CompletableFuture<Float> readFloat() {
        return read("readFloat", 4, ByteBuffer::getFloat);
    }

    /**
     * Reads 8 bytes as an IEEE 754 binary64 number.
     *
     * @return completes with the number: any double
     */
    public CompletableFuture<Double> readDouble() {
        return read("readDouble", 8, ByteBuffer::getDouble);
    }

    private <T extends Number> CompletableFuture<T> read(String method, int byteCount, Function<ByteBuffer, T> number) {
        return reader.submit(new NumberRequest<>(method, byteCount, order, number));
    }

    @Override
    public String toString() {
        return "NumberReader[" + order + ", " + reader.core + "]";
    }
}
