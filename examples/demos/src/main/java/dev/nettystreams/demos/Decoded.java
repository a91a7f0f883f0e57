package dev.nettystreams.demos;

/**
 * Text that came from outside by way of the locale. What its encoding does not have is U+FFFD by the time that Java
 * sees it: a path, a recipient or a password that nobody has typed.
 */
public final class Decoded {
    private static final int REPLACEMENT = 0xfffd;

    private Decoded() {}

    /**
     * Refuses what was not decoded.
     *
     * @param what such as {@code argument 3}; the text itself may be a password
     * @param text as Java has it
     * @throws IllegalArgumentException if there is a U+FFFD in it
     */
    public static void check(String what, String text) {
        if (text.indexOf(REPLACEMENT) >= 0) {
            throw new IllegalArgumentException(what + " has characters that the locale's encoding, "
                    + System.getProperty("sun.jnu.encoding", "which is unknown")
                    + ", does not have: is LC_ALL or LANG set?");
        }
    }
}
