package dev.nettystreams.demos.postgres;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error or a notice of the server, in one line.
 *
 * @param line the line, safe for a terminal
 */
record ServerReport(String line) {
    static ServerReport parse(BackendMessage message) throws BackendProtocolException {
        Map<Character, String> fields = new HashMap<>();
        for (int field = message.int8(); field != 0; field = message.int8()) {
            fields.put((char) field, Printable.of(message.string()));
        }
        message.end();
        // 'V' is the untranslated severity, since PostgreSQL 9.6
        String severity = fields.getOrDefault('V', fields.getOrDefault('S', "ERROR"));
        return new ServerReport(severity + " " + fields.getOrDefault('C', "?????") + ": "
                + fields.getOrDefault('M', "(no message)")
                + labelled("detail", fields.get('D'))
                + labelled("hint", fields.get('H')));
    }

    private static String labelled(String label, @Nullable String text) {
        return text == null ? "" : "; " + label + ": " + text;
    }

    ReportedException toException() {
        return new ReportedException(line);
    }
}
