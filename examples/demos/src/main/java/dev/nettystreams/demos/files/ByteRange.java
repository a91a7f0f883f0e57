package dev.nettystreams.demos.files;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Part of a file (RFC 9110, section 14).
 *
 * @param first the index of its first byte
 * @param byteCount its size
 */
record ByteRange(long first, long byteCount) {
    private static final Pattern SINGLE = Pattern.compile("(?i:bytes)=[ \\t]*([0-9]*)-([0-9]*)[ \\t]*");

    /**
     * Parses a Range field.
     *
     * @return null if the whole file is to be sent: for several ranges, other units and malformed fields
     * @throws HttpException if the file has no byte of the range
     */
    static @Nullable ByteRange parse(String field, long size) throws HttpException {
        Matcher single = SINGLE.matcher(field);
        if (!single.matches() || (single.group(1).isEmpty() && single.group(2).isEmpty())) {
            return null;
        }
        if (single.group(1).isEmpty()) {
            long byteCount = Math.min(size, saturated(single.group(2)));
            return inside(size - byteCount, byteCount, size);
        }
        long first = saturated(single.group(1));
        long last = single.group(2).isEmpty() ? Long.MAX_VALUE : saturated(single.group(2));
        if (last < first) {
            return null;
        }
        return inside(first, Math.min(last, size - 1) - first + 1, size);
    }

    /** A number of any length is valid, and every file is smaller than the largest long. */
    private static long saturated(String digits) {
        String number = digits.replaceFirst("^0+", "");
        return number.length() > 18 ? Long.MAX_VALUE : Long.parseLong("0" + number);
    }

    private static ByteRange inside(long first, long byteCount, long size) throws HttpException {
        if (byteCount <= 0) {
            throw new HttpException(416, "the file has " + size + " bytes", Map.of("Content-Range", "bytes */" + size));
        }
        return new ByteRange(first, byteCount);
    }

    /** Returns the Content-Range field. */
    String contentRange(long size) {
        return "bytes " + first + "-" + (first + byteCount - 1) + "/" + size;
    }
}
