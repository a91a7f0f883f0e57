package dev.nettystreams.testing;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** The bytes that the checks send. */
final class Payload {
    private Payload() {}

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The same bytes for the same arguments; no two positions of a message look alike for long. */
    static byte[] random(int byteCount, long seed) {
        byte[] bytes = new byte[byteCount];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
