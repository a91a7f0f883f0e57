package dev.nettystreams.demos;

import java.util.stream.Collectors;

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
        // No pattern: blanks before a line's end are what a peer likes, and a pattern tries each of them again.
        return printable(message.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("; ")));
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
