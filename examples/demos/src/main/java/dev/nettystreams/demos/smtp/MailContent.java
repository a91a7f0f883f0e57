package dev.nettystreams.demos.smtp;

import java.io.ByteArrayOutputStream;

/** What comes behind {@code DATA}: lines, up to one that is a dot alone. Holds no more than it may, however much comes. */
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
     * @param line with its CR LF
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
            bytes = new ByteArrayOutputStream(0); // with what it held
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
