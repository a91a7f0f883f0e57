package dev.nettystreams;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Writes numbers with a fixed width in one byte order: {@link StreamWriter#numbers StreamWriter.numbers}. Its writes
 * and those of the {@link StreamWriter} may alternate; the rules of {@link StreamWriter#write(byte[])} hold for both.
 * The methods return this writer, so that calls can be chained.
 *
 * <pre>{@code
 * writer.numbers(BIG_ENDIAN).writeInt(frame.length);
 * writer.write(frame);
 * await(writer.drain());
 * }</pre>
 *
 * <p>Any thread may call any method.
 */
public final class NumberWriter {
    private final StreamWriter writer;
    private final ByteOrder order;

    NumberWriter(StreamWriter writer, ByteOrder order) {
        this.writer = writer;
        this.order = Objects.requireNonNull(order, "order"); // a ByteBuffer takes null for little-endian
    }

    /**
     * Returns the byte order of the numbers.
     *
     * @return the order that {@link StreamWriter#numbers StreamWriter.numbers} was given
     */
    public ByteOrder order() {
        return order;
    }

    /**
     * Writes a number as 1 byte.
     *
     * @param number -128 to 255, so that signed and unsigned numbers fit
     * @return this writer
     * @throws IllegalArgumentException if {@code number} is out of range
     * @throws StreamClosedException if this side has ended the output
     */
    public NumberWriter writeByte(int number) {
        return write(buffer(1).put((byte) requireRange(number, Byte.MIN_VALUE, 0xff)));
    }

    /**
     * Writes a number as 2 bytes.
     *
     * @param number -2^15 to 2^16 - 1, so that signed and unsigned numbers fit
     * @return this writer
     * @throws IllegalArgumentException if {@code number} is out of range
     * @throws StreamClosedException if this side has ended the output
     */
    public NumberWriter writeShort(int number) {
        return write(buffer(2).putShort((short) requireRange(number, Short.MIN_VALUE, 0xffff)));
    }

    /**
     * Writes a number as 4 bytes.
     *
     * @param number any int; cast an unsigned number, {@code (int) number}
     * @return this writer
     * @throws StreamClosedException if this side has ended the output
     */
    public NumberWriter writeInt(int number) {
        return write(buffer(4).putInt(number));
    }

    /**
     * Writes a number as 4 bytes.
     *
     * @param number 0 to 2^32 - 1
     * @return this writer
     * @throws IllegalArgumentException if {@code number} is out of range
     * @throws StreamClosedException if this side has ended the output
     */
    public NumberWriter writeUnsignedInt(long number) {
        return write(buffer(4).putInt((int) requireRange(number, 0, 0xffff_ffffL)));
    }

    /**
     * Writes a number as 8 bytes.
     *
     * @param number any long
     * @return this writer
     * @throws StreamClosedException if this side has ended the output
     */
    public NumberWriter writeLong(long number) {
        return write(buffer(8).putLong(number));
    }

    /**
     * Writes a number as 4 bytes, as IEEE 754 binary32.
     *
     * @param number any float
     * @return this writer
     * @throws StreamClosedException if this side has ended the output
     */
    public NumberWriter writeFloat(float number) {
        return write(buffer(4).putFloat(number));
    }

    /**
     * Writes a number as 8 bytes, as IEEE 754 binary64.
     *
     * @param number any double
     * @return this writer
     * @throws StreamClosedException if this side has ended the output
     */
    public NumberWriter writeDouble(double number) {
        return write(buffer(8).putDouble(number));
    }

    private ByteBuffer buffer(int byteCount) {
        return ByteBuffer.allocate(byteCount).order(order);
    }

    private NumberWriter write(ByteBuffer number) {
        byte[] bytes = new byte[number.flip().remaining()];
        number.get(bytes);
        writer.write(bytes, 0, bytes.length);
        return this;
    }

    private static long requireRange(long number, long least, long most) {
        if (number < least || number > most) {
            throw new IllegalArgumentException("number out of " + least + ".." + most + ": " + number);
        }
        return number;
    }

    @Override
    public String toString() {
        return "NumberWriter[" + order + ", " + writer.core + "]";
    }
}
