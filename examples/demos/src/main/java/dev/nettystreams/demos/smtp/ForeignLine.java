package dev.nettystreams.demos.smtp;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Detects a line of another protocol in place of a command. A web page can make a browser post to any port, with a mail
 * in the body; a server that answers the request line and each header as unknown commands would accept that mail.
 */
final class ForeignLine {
    /** The methods of HTTP and WebDAV; {@code PRI} starts HTTP/2. */
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

    /** A verb consists of letters; {@code Host:} is a header, {@code <} or <code>{</code> the start of a body. */
    private static final Pattern VERB = Pattern.compile("[A-Za-z][^:]*");

    private ForeignLine() {}

    static boolean isOne(String line) {
        if (line.isEmpty()) {
            return false; // no command either, but not of another protocol
        }
        String verb = line.split(" ", 2)[0];
        return METHODS.contains(verb.toUpperCase(Locale.ROOT))
                || REQUEST_LINE.matcher(line).matches()
                || !VERB.matcher(verb).matches();
    }
}
