package dev.nettystreams.demos.smtp;

import dev.nettystreams.demos.OneLine;
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

    /** The first digit: 2 for done, 3 for go on, 4 for not now, 5 for no. */
    int kind() {
        return code / 100;
    }

    /** In one line. */
    @Override
    public String toString() {
        return code + " " + OneLine.printable(String.join(" / ", lines));
    }
}
