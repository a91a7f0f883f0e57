package dev.nettystreams.demos.files;

import java.util.Map;

/** A request that is answered by an error status. */
final class HttpException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Map<String, String> fields;

    /** @param message the reason, for the client to read */
    HttpException(int status, String message) {
        this(status, message, Map.of());
    }

    /** @param fields header fields of the answer, which its status requires */
    HttpException(int status, String message, Map<String, String> fields) {
        super(message);
        this.status = status;
        this.fields = fields;
    }

    int status() {
        return status;
    }

    Map<String, String> fields() {
        return fields;
    }
}
