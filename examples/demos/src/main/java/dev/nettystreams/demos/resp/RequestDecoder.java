package dev.nettystreams.demos.resp;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes requests from pieces of input, with Redis's limits and wording. Knows no stream: it tells which piece it
 * needs next.
 *
 * <pre>
 *   REQUEST_LINE --inline command----------------------> request
 *                \--*count--> BULK_LENGTH --$length--> BULK --the last one--> request
 *                                  ^____________________/ one more
 * </pre>
 */
final class RequestDecoder {
    /** The limit of Redis before version 7; later versions accept 2^31 - 1 from clients that have logged in. */
    static final int MOST_ARGUMENTS = 1024 * 1024;

    /** Redis's {@code proto-max-bulk-len}. */
    static final int MOST_BULK_BYTES = 512 * 1024 * 1024;

    private static final int CRLF_BYTES = 2;

    private enum Wanted {
        REQUEST_LINE,
        BULK_LENGTH,
        BULK
    }

    private Wanted wanted = Wanted.REQUEST_LINE;
    private int bulkByteCount;
    private int missing;
    private List<byte[]> arguments = List.of();

    boolean wantsLine() {
        return wanted != Wanted.BULK;
    }

    /** Returns the number of bytes that it needs, if it does not need a line. */
    int wantedByteCount() {
        return bulkByteCount + CRLF_BYTES;
    }

    /**
     * Takes the piece that was needed.
     *
     * @param piece a line with its ending, or the number of bytes needed
     * @return a request, empty if Redis ignores it silently; null if it is not complete yet
     */
    @Nullable
    List<byte[]> accept(byte[] piece) throws MalformedRequestException {
        if (wantsLine() && piece[piece.length - 1] != '\n') {
            return List.of(); // the input ended within a line: no client waits for an answer
        }
        return switch (wanted) {
            case REQUEST_LINE -> requestLine(piece);
            case BULK_LENGTH -> bulkLength(piece);
            case BULK -> bulk(piece);
        };
    }

    /** Returns the error for a line over the limit. */
    MalformedRequestException overlongLine(byte[] firstByte) {
        if (wanted == Wanted.BULK_LENGTH) {
            return new MalformedRequestException("too big bulk count string");
        }
        boolean isArray = firstByte.length > 0 && firstByte[0] == '*';
        return new MalformedRequestException(isArray ? "too big mbulk count string" : "too big inline request");
    }

    private @Nullable List<byte[]> requestLine(byte[] line) throws MalformedRequestException {
        if (line[0] != '*') {
            return InlineRequest.parse(line);
        }
        Long count = number(line);
        if (count == null || count > MOST_ARGUMENTS) {
            throw new MalformedRequestException("invalid multibulk length");
        }
        if (count <= 0) {
            return List.of();
        }
        missing = count.intValue();
        arguments = new ArrayList<>(Math.min(missing, 16));
        wanted = Wanted.BULK_LENGTH;
        return null;
    }

    private @Nullable List<byte[]> bulkLength(byte[] line) throws MalformedRequestException {
        if (line[0] != '$') {
            throw new MalformedRequestException("expected '$', got '" + (char) (line[0] & 0xff) + "'");
        }
        Long length = number(line);
        if (length == null || length < 0 || length > MOST_BULK_BYTES) {
            throw new MalformedRequestException("invalid bulk length");
        }
        bulkByteCount = length.intValue();
        wanted = Wanted.BULK;
        return null;
    }

    private @Nullable List<byte[]> bulk(byte[] bytesAndEnding) {
        byte[] bytes = new byte[bulkByteCount];
        System.arraycopy(bytesAndEnding, 0, bytes, 0, bulkByteCount); // the ending is not checked, as in Redis
        arguments.add(bytes);
        if (--missing > 0) {
            wanted = Wanted.BULK_LENGTH;
            return null;
        }
        List<byte[]> request = arguments;
        arguments = List.of();
        wanted = Wanted.REQUEST_LINE;
        return request;
    }

    /** Returns the number after the first byte of a line, or null if the line does not end with CR LF. */
    private static @Nullable Long number(byte[] line) {
        int end = line.length - CRLF_BYTES;
        boolean isTerminated = end >= 1 && line[end] == '\r' && line[end + 1] == '\n';
        return isTerminated ? StrictLong.parse(line, 1, end) : null;
    }
}
