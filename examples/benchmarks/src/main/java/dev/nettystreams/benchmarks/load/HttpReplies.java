package dev.nettystreams.benchmarks.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses the head of the first response on a connection; the following ones have its length. */
final class HttpReplies implements ReplyCounter {
    private static final int MOST_HEAD_BYTES = 8192;
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d{1,9})\r\n");

    private final int bodyByteCount;
    private final ByteArrayOutputStream head = new ByteArrayOutputStream();
    private @Nullable ReplyCounter rest;

    HttpReplies(int bodyByteCount) {
        this.bodyByteCount = bodyByteCount;
    }

    @Override
    public int count(ByteBuf input) {
        while (rest == null && input.isReadable()) {
            head.write(input.readByte());
            byte[] bytes = head.toByteArray();
            int size = bytes.length;
            if (size >= 4 && bytes[size - 1] == '\n' && bytes[size - 2] == '\r' && bytes[size - 3] == '\n') {
                takeHead(new String(bytes, ISO_8859_1));
            } else if (size > MOST_HEAD_BYTES) {
                throw new IllegalStateException("the head of a response > " + MOST_HEAD_BYTES + " bytes");
            }
        }
        return rest == null ? 0 : rest.count(input);
    }

    private void takeHead(String text) {
        if (!text.startsWith("HTTP/1.1 200 ")) {
            throw new IllegalStateException("the response is not HTTP/1.1 200: "
                    + text.lines().findFirst().orElse(""));
        }
        Matcher length = LENGTH.matcher(text);
        if (!length.find()) {
            throw new IllegalStateException("the response has no Content-Length");
        }
        int received = Integer.parseInt(length.group(1));
        if (received != bodyByteCount) {
            throw new IllegalStateException("Content-Length is not " + bodyByteCount + ": " + received);
        }
        rest = ReplyCounter.ofLength(text.length() + bodyByteCount);
        rest.count(Unpooled.wrappedBuffer(text.getBytes(ISO_8859_1)));
    }
}
