package dev.nettystreams.demos.smtp;

import java.util.List;

/**
 * What a server has answered.
 *
 * @param code three digits
 * @param lines what stands behind the code, one or more
 */
record Reply(int code, List<String> lines) {
    Reply {
        lines = List.copyOf(lines);
    }

    /** In one line. */
    @Override
    public String toString() {
        return code + " " + printable(String.join(" / ", lines));
    }

    /** Without what would play tricks on a terminal. */
    static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}\\x80-\\x9f]", "?");
    }
}
