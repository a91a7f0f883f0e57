package dev.nettystreams.flight;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Text that a peer may have chosen, fit for a recording: printable, and of bounded length. */
final class BoundedText {
    /** The largest number of characters. */
    static final int MOST_CHARS = 200;

    /** Controls, halves of characters, and characters that show nothing or that change the order of what is shown. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

    private BoundedText() {}

    static @Nullable String of(@Nullable String text) {
        if (text == null) {
            return null;
        }
        String head = text.length() <= MOST_CHARS ? text : text.substring(0, MOST_CHARS - 3) + "...";
        return UNPRINTABLE.matcher(head).replaceAll("?");
    }
}
