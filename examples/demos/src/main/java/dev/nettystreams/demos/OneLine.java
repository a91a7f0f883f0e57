package dev.nettystreams.demos;

/** Failures as people read them: one line, without a trace. */
public final class OneLine {
    private OneLine() {}

    /**
     * Says what went wrong.
     *
     * @param failure anything
     * @return its message in one line, or its class if it has none
     */
    public static String of(Throwable failure) {
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        return printable(message.strip().replaceAll("\\s*\\R\\s*", "; "));
    }

    /**
     * A peer's words, without what would play tricks on a terminal: control characters, old and new, and those that turn the direction.
     *
     * @param words in one line
     * @return with question marks instead
     */
    public static String printable(String words) {
        return words.replaceAll("[\\p{Cc}\\p{Cf}\u2028\u2029]", "?");
    }
}
