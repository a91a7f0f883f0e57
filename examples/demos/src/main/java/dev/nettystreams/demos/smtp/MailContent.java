package dev.nettystreams.demos.smtp;

import java.io.ByteArrayOutputStream;

/** The lines after {@code DATA}, up to a line with a single dot. Holds no more than the limit, however much arrives. */
final class MailContent {
    private static final byte DOT = '.';
    private static final int CRLF_BYTES = 2;

    private ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final int mostBytes;
    private boolean isTooLarge;

    MailContent(int mostBytes) {
        this.mostBytes = mostBytes;
    }

    /**
     * Takes a line.
     *
     * @param line the line with its CR LF
     * @return whether it was the end
     */
    boolean accept(byte[] line) {
        int start = line[0] == DOT ? 1 : 0;
        int byteCount = line.length - start;
        if (start == 1 && byteCount == CRLF_BYTES) {
            return true;
        }
        if (byteCount > mostBytes - bytes.size()) {
            isTooLarge = true;
            bytes = new ByteArrayOutputStream(0); // releases the bytes
        }
        if (!isTooLarge) {
            bytes.write(line, start, byteCount);
        }
        return false;
    }

    boolean isTooLarge() {
        return isTooLarge;
    }

    byte[] toByteArray() {
        return bytes.toByteArray();
    }
}
