package dev.nettystreams.demos.files;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/** The head of the next request, line by line, with bounds for each line and for all of them. */
final class RequestHead {
    static final int MOST_LINE_BYTES = 8192;
    static final int MOST_FIELD_BYTES = 32768;

    private static final int MOST_EMPTY_LINES = 8;

    private @Nullable Matcher line;
    private final Map<String, List<String>> fields = new HashMap<>();
    private int fieldByteCount;
    private int emptyLineCount;

    /** Returns whether no line of the request has been accepted. */
    boolean isEmpty() {
        return line == null;
    }

    /** Returns the maximum number of bytes of the next line. */
    int mostBytes() {
        return line == null ? MOST_LINE_BYTES : MOST_FIELD_BYTES - fieldByteCount;
    }

    /** Returns the status for a next line above {@link #mostBytes}. */
    HttpException overlong() {
        return line == null
                ? new HttpException(414, "the request line has more than " + MOST_LINE_BYTES + " bytes")
                : new HttpException(431, "the header has more than " + MOST_FIELD_BYTES + " bytes");
    }

    /** Takes a line without its ending; returns the request if it was the last one, else null. */
    @Nullable
    Request accept(String text) throws HttpException {
        Matcher request = line;
        if (request == null) {
            if (!text.isEmpty()) {
                line = Request.line(text);
            } else if (++emptyLineCount > MOST_EMPTY_LINES) { // RFC 9112, section 2.2, asks to ignore one
                throw new HttpException(400, "too many empty lines");
            }
            return null;
        }
        if (text.isEmpty()) {
            return Request.of(request, fields);
        }
        fieldByteCount += text.length() + 2;
        if (fieldByteCount >= MOST_FIELD_BYTES) {
            throw overlong();
        }
        Map.Entry<String, String> field = Request.field(text);
        fields.computeIfAbsent(field.getKey(), any -> new ArrayList<>(1)).add(field.getValue());
        return null;
    }
}
