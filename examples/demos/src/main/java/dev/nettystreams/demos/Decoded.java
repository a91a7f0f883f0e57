package dev.nettystreams.demos;

/**
 * Checks text from outside that was decoded in the locale's encoding. Java has replaced bytes that the encoding lacks
 * by U+FFFD: a path, a recipient or a password that no one has typed.
 */
public final class Decoded {
    private static final int REPLACEMENT = 0xfffd;

    private Decoded() {}

    /**
     * Refuses text that could not be decoded.
     *
     * @param what the name of the text, such as {@code argument 3}; the text itself may be a password
     * @param text the decoded text
     * @throws IllegalArgumentException if the text contains U+FFFD
     */
    public static void check(String what, String text) {
        if (text.indexOf(REPLACEMENT) >= 0) {
            throw new IllegalArgumentException(what + " has characters that the locale's encoding, "
                    + System.getProperty("sun.jnu.encoding", "which is unknown")
                    + ", does not have: is LC_ALL or LANG set?");
        }
    }
}
