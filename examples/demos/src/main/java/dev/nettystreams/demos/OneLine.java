package dev.nettystreams.demos;

import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/** Formats failures for people: one line, without a stack trace. */
public final class OneLine {
    private OneLine() {}

    /**
     * Formats a failure.
     *
     * @param failure any failure; the {@code CompletionException} of a derived stage counts as its cause
     * @return its message in one line, or its class if it has no message
     */
    public static String of(Throwable failure) {
        if (failure instanceof CompletionException && failure.getCause() != null) {
            return of(failure.getCause());
        }
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        // No pattern: a peer may send many blanks before a line's end, and a pattern would try each of them again.
        return printable(message.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("; ")));
    }

    /**
     * Replaces characters in a peer's text that a terminal would obey: control characters, and those that change the
     * writing direction.
     *
     * @param words the text, in one line
     * @return the text with question marks for these characters
     */
    public static String printable(String words) {
        return words.replaceAll("[\\p{Cc}\\p{Cf}\u2028\u2029]", "?");
    }
}
