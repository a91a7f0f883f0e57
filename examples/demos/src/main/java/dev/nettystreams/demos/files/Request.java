package dev.nettystreams.demos.files;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request (RFC 9112). Refuses whatever two servers might read differently.
 *
 * @param method GET or HEAD
 * @param target the path and query, as sent
 * @param minorVersion of HTTP/1
 * @param fields the header fields by their names in lower case
 */
record Request(String method, String target, int minorVersion, Map<String, List<String>> fields) {
    static final int MOST_BODY_BYTES = 65536;

    private static final Pattern LINE =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~]+) HTTP/([0-9])\\.([0-9])");
    private static final Pattern ABSOLUTE = Pattern.compile("(?i:https?)://[^/?]*(.*)");
    private static final Pattern FIELD = Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*(.*?)[ \\t]*");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._~!$&'()*+,;=%:\\[\\]-]*");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
    private static final Set<String> OTHERS = Set.of("POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

    /** Parses a request line. */
    static Matcher line(String line) throws HttpException {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            throw new HttpException(400, "malformed request line");
        }
        if (!parts.group(3).equals("1")) {
            throw new HttpException(505, "this server speaks HTTP/1.1");
        }
        return parts;
    }

    /** Parses a header field. */
    static Map.Entry<String, String> field(String line) throws HttpException {
        Matcher parts = FIELD.matcher(line);
        if (!parts.matches() || parts.group(2).chars().anyMatch(c -> c < ' ' && c != '\t')) {
            throw new HttpException(400, "malformed header field");
        }
        return Map.entry(parts.group(1).toLowerCase(Locale.ROOT), parts.group(2));
    }

    /** Checks a whole head. */
    static Request of(Matcher line, Map<String, List<String>> fields) throws HttpException {
        String method = line.group(1);
        if (OTHERS.contains(method)) {
            throw new HttpException(405, "files can be read, not changed", Map.of("Allow", "GET, HEAD"));
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            throw new HttpException(501, "unknown method");
        }
        Matcher absolute = ABSOLUTE.matcher(line.group(2));
        String target = absolute.matches() ? "/" + absolute.group(1).replaceFirst("^/", "") : line.group(2);
        if (!target.startsWith("/")) {
            throw new HttpException(400, "the target is no path");
        }
        int minor = Integer.parseInt(line.group(4));
        List<String> hosts = fields.getOrDefault("host", List.of());
        if (hosts.size() > 1 || (hosts.isEmpty() && minor > 0)) {
            throw new HttpException(400, "one Host field is required");
        }
        if (!hosts.isEmpty() && !HOST.matcher(hosts.get(0)).matches()) {
            throw new HttpException(400, "malformed Host field");
        }
        Request request = new Request(method, target, minor, fields);
        request.checkBody();
        return request;
    }

    private void checkBody() throws HttpException {
        if (fields.containsKey("transfer-encoding")) {
            throw new HttpException(
                    fields.containsKey("content-length") ? 400 : 501, "transfer codings are not supported in requests");
        }
        List<String> lengths = fields.getOrDefault("content-length", List.of());
        if (lengths.size() > 1
                || lengths.stream().anyMatch(each -> !NUMBER.matcher(each).matches())) {
            throw new HttpException(400, "malformed Content-Length");
        }
        if (bodyByteCount() > MOST_BODY_BYTES) {
            throw new HttpException(413, "a request to read a file needs no body");
        }
        if (bodyByteCount() > 0 && fields.containsKey("expect")) {
            throw new HttpException(417, "a request to read a file needs no body");
        }
    }

    /** Returns the number of bytes behind the head, which the server skips. */
    long bodyByteCount() {
        String length = field("content-length", "0");
        return Long.parseLong(length);
    }

    boolean isHead() {
        return method.equals("HEAD");
    }

    boolean isPersistent() {
        String connection =
                String.join(",", fields.getOrDefault("connection", List.of())).toLowerCase(Locale.ROOT);
        List<String> options = List.of(connection.replace(" ", "").split(",", -1));
        return minorVersion > 0 ? !options.contains("close") : options.contains("keep-alive");
    }

    private String field(String name, String absent) {
        String value = value(name);
        return value == null ? absent : value;
    }

    /** Returns the value of a field, its lines joined as in a list; null if it is absent. */
    @Nullable
    String value(String name) {
        List<String> values = fields.get(name);
        return values == null ? null : String.join(", ", values);
    }
}
