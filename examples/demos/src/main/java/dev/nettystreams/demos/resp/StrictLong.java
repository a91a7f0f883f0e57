package dev.nettystreams.demos.resp;

import org.jspecify.annotations.Nullable;

/**
 * Integers as Redis reads them ({@code string2ll}): no plus sign, no blanks, no leading zeros, no minus zero, 64 bits.
 */
final class StrictLong {
    private static final int MOST_DIGITS = 19;

    private StrictLong() {}

    static @Nullable Long parse(byte[] text) {
        return parse(text, 0, text.length);
    }

    static @Nullable Long parse(byte[] text, int begin, int end) {
        boolean isNegative = begin < end && text[begin] == '-';
        int firstDigit = isNegative ? begin + 1 : begin;
        int digitCount = end - firstDigit;
        if (digitCount < 1 || digitCount > MOST_DIGITS) {
            return null;
        }
        if (text[firstDigit] == '0') {
            return digitCount == 1 && !isNegative ? 0L : null;
        }
        long negated = 0; // there is one more negative number
        for (int i = firstDigit; i < end; i++) {
            int digit = text[i] - '0';
            if (digit < 0 || digit > 9 || negated < (Long.MIN_VALUE + digit) / 10) {
                return null;
            }
            negated = negated * 10 - digit;
        }
        if (isNegative) {
            return negated;
        }
        return negated == Long.MIN_VALUE ? null : -negated;
    }
}
