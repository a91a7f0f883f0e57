package dev.nettystreams.benchmarks.servers;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** The bytes that all servers send, and the numbers in the bytes that they receive. */
public final class Protocol {
    /** The reply to a {@link Mode#PING ping}. */
    public static final byte[] PONG = "+PONG\r\n".getBytes(US_ASCII);

    /** A {@link Mode#SINK sink} replies once for this number of bytes. */
    public static final int SINK_BYTES = 1 << 20;

    /** The size of the blocks that servers write, and of the most that they ask a read for. */
    public static final int BLOCK_BYTES = 65536;

    /** The reply of a sink. */
    public static final byte SINK_REPLY = '.';

    static final byte[] SMALL_FILE = response(128);
    static final byte[] LARGE_FILE = response(65536);
    static final byte[] NOT_FOUND =
            "HTTP/1.1 404 Not Found\r\nServer: benchmarks\r\nContent-Length: 0\r\n\r\n".getBytes(US_ASCII);

    private static final byte[] LARGE_PATH = "GET /large ".getBytes(US_ASCII);
    private static final byte[] SMALL_PATH = "GET /small ".getBytes(US_ASCII);

    private Protocol() {}

    private static byte[] response(int byteCount) {
        ByteArrayOutputStream response = new ByteArrayOutputStream();
        response.writeBytes(("HTTP/1.1 200 OK\r\nServer: benchmarks\r\nContent-Type: application/octet-stream\r\n"
                        + "Content-Length: " + byteCount + "\r\n\r\n")
                .getBytes(US_ASCII));
        for (int i = 0; i < byteCount; i++) {
            response.write('a' + i % 26);
        }
        return response.toByteArray();
    }

    /** Returns the response to a request line. */
    static byte[] fileFor(byte[] requestLine) {
        if (startsWith(requestLine, SMALL_PATH)) {
            return SMALL_FILE;
        }
        return startsWith(requestLine, LARGE_PATH) ? LARGE_FILE : NOT_FOUND;
    }

    private static boolean startsWith(byte[] line, byte[] prefix) {
        return line.length >= prefix.length && Arrays.equals(line, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** Returns whether a line is empty but for its ending. */
    static boolean isBlank(byte[] line) {
        return line.length == 1 || (line.length == 2 && line[0] == '\r');
    }

    /** Returns the decimal number that begins at {@code from}, up to the first byte that is no digit. */
    static int decimal(byte[] line, int from) {
        int number = 0;
        for (int i = from; i < line.length && line[i] >= '0' && line[i] <= '9'; i++) {
            number = number * 10 + line[i] - '0';
        }
        return number;
    }
}
