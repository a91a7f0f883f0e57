package dev.nettystreams.tls;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One element of DER (X.690), to the extent that keys and certificate trust need. Truncated bytes throw
 * {@link IndexOutOfBoundsException}.
 *
 * @param tag the first byte
 * @param content the bytes after tag and length
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Der(int tag, byte[] content) {
    static final int INTEGER = 0x02;
    static final int OCTET_STRING = 0x04;
    static final int OBJECT_IDENTIFIER = 0x06;
    static final int SEQUENCE = 0x30;

    /** {@code [0]}, in a SEQUENCE. */
    static final int FIRST = 0xa0;

    private static final int LONG_FORM = 0x80;

    /** Parses consecutive elements. */
    static List<Der> elements(byte[] bytes) {
        List<Der> elements = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            int begin = contentOf(bytes, at);
            int end = begin + lengthAt(bytes, at);
            if (end < begin || end > bytes.length) {
                throw new IndexOutOfBoundsException("end > length: " + end + " > " + bytes.length);
            }
            elements.add(new Der(bytes[at] & 0xff, Arrays.copyOfRange(bytes, begin, end)));
            at = end;
        }
        return elements;
    }

    /** Parses the elements inside this one. */
    List<Der> elements() {
        return elements(content);
    }

    private static int contentOf(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < LONG_FORM ? 0 : first & ~LONG_FORM);
    }

    private static int lengthAt(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < LONG_FORM) {
            return first;
        }
        int length = 0;
        for (int i = at + 2; i < contentOf(der, at); i++) {
            length = (length << 8) | (der[i] & 0xff);
        }
        return length;
    }

    /** Returns tag, length and content. */
    byte[] encoded() {
        int byteCount = content.length;
        byte[] head;
        if (byteCount < LONG_FORM) {
            head = new byte[] {(byte) tag, (byte) byteCount};
        } else if (byteCount < 256) { // DER allows only the shortest form
            head = new byte[] {(byte) tag, (byte) (LONG_FORM | 1), (byte) byteCount};
        } else {
            head = new byte[] {(byte) tag, (byte) (LONG_FORM | 2), (byte) (byteCount >> 8), (byte) byteCount};
        }
        byte[] all = Arrays.copyOf(head, head.length + byteCount);
        System.arraycopy(content, 0, all, head.length, byteCount);
        return all;
    }
}
