package dev.nettystreams;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds a byte in an array, eight bytes at a time.
 *
 * <p>The word trick: after {@code word ^ pattern} the wanted bytes are zero, and {@code (x - 0x01..01) & ~x & 0x80..80}
 * has its lowest set bit in the first zero byte (a borrow can only fake a match after a true one). Lines of protocols
 * are short, so the first few bytes are compared one by one.
 */
final class ByteScan {
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final int TRIED_ONE_BY_ONE = 8;

    private ByteScan() {}

    /** Returns the index of the first {@code wanted} in {@code [from, to)}, or -1. */
    static int indexOf(byte[] array, int from, int to, byte wanted) {
        int i = from;
        for (int end = Math.min(to, from + TRIED_ONE_BY_ONE); i < end; i++) {
            if (array[i] == wanted) {
                return i;
            }
        }
        long pattern = (wanted & 0xFFL) * ONES;
        for (; i <= to - Long.BYTES; i += Long.BYTES) {
            long word = (long) WORD.get(array, i) ^ pattern;
            long zeros = (word - ONES) & ~word & HIGH_BITS;
            if (zeros != 0) {
                return i + (Long.numberOfTrailingZeros(zeros) >>> 3);
            }
        }
        for (; i < to; i++) {
            if (array[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}
