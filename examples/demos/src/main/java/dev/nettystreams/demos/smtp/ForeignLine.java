package dev.nettystreams.demos.smtp;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A line of another protocol where a command is due. A web page can have a browser post to any port, with a mail in the
 * body; a server that answers the request line and each header as an unknown command takes the mail, too.
 */
final class ForeignLine {
    /** Of HTTP and WebDAV; {@code PRI} begins HTTP/2. */
    private static final Set<String> METHODS = Set.of(
            "GET",
            "HEAD",
            "POST",
            "PUT",
            "DELETE",
            "CONNECT",
            "OPTIONS",
            "TRACE",
            "PATCH",
            "PRI",
            "PROPFIND",
            "REPORT");

    private static final Pattern REQUEST_LINE = Pattern.compile("(?i).* HTTP/[0-9.]+ *");

    /** A verb is letters; {@code Host:} is a header, {@code <} or <code>{</code> the beginning of a body. */
    private static final Pattern VERB = Pattern.compile("[A-Za-z][^:]*");

    private ForeignLine() {}

    static boolean isOne(String line) {
        if (line.isEmpty()) {
            return false; // no command either, but nobody's
        }
        String verb = line.split(" ", 2)[0];
        return METHODS.contains(verb.toUpperCase(Locale.ROOT))
                || REQUEST_LINE.matcher(line).matches()
                || !VERB.matcher(verb).matches();
    }
}
