package dev.nettystreams.demos.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** The head of a response, and its body if that is not a file. */
final class Response {
    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(200, "OK"),
            Map.entry(206, "Partial Content"),
            Map.entry(301, "Moved Permanently"),
            Map.entry(304, "Not Modified"),
            Map.entry(400, "Bad Request"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(408, "Request Timeout"),
            Map.entry(412, "Precondition Failed"),
            Map.entry(413, "Content Too Large"),
            Map.entry(414, "URI Too Long"),
            Map.entry(416, "Range Not Satisfiable"),
            Map.entry(417, "Expectation Failed"),
            Map.entry(431, "Request Header Fields Too Large"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(501, "Not Implemented"),
            Map.entry(505, "HTTP Version Not Supported"));

    private final int status;
    private final Map<String, String> fields = new LinkedHashMap<>();
    private byte[] body = {};

    Response(int status) {
        this.status = status;
    }

    static Response text(int status, String text) {
        return new Response(status).body("text/plain; charset=utf-8", (text + "\n").getBytes(UTF_8));
    }

    static Response of(HttpException failure) {
        Response response = text(failure.status(), String.valueOf(failure.getMessage()));
        response.fields.putAll(failure.fields());
        return response;
    }

    Response body(String contentType, byte[] bytes) {
        body = bytes;
        return with("Content-Type", contentType).with("Content-Length", Integer.toString(bytes.length));
    }

    Response with(String field, String value) {
        fields.put(field, value);
        return this;
    }

    byte[] head(boolean isPersistent) {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " " + REASONS.get(status) + "\r\n");
        head.append("Date: ").append(FileState.date(Instant.now())).append("\r\n");
        fields.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Connection: ")
                .append(isPersistent ? "keep-alive" : "close")
                .append("\r\n\r\n");
        return head.toString().getBytes(ISO_8859_1);
    }

    byte[] body() {
        return body;
    }
}
