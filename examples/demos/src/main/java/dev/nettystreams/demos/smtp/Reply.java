package dev.nettystreams.demos.smtp;

import dev.nettystreams.demos.OneLine;
import java.util.List;

/**
 * A reply of the server.
 *
 * @param code three digits
 * @param lines the text after the code, one or more lines
 */
record Reply(int code, List<String> lines) {
    Reply {
        lines = List.copyOf(lines);
    }

    /** Returns the first digit: 2 for done, 3 for continue, 4 for a temporary failure, 5 for a permanent one. */
    int kind() {
        return code / 100;
    }

    /** Returns the reply in one line. */
    @Override
    public String toString() {
        return code + " " + OneLine.printable(String.join(" / ", lines));
    }
}
