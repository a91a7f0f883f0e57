package dev.nettystreams;

import java.nio.charset.StandardCharsets;

/** Text as bytes, one for each character. */
final class Latin1 {
    private Latin1() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
