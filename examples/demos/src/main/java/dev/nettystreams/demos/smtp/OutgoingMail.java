package dev.nettystreams.demos.smtp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A mail as sent: lines with CR LF, and an additional dot before lines that start with one (RFC 5321 section 4.5.2).
 */
final class OutgoingMail {
    private static final byte[] CRLF = {'\r', '\n'};

    private final String sender;
    private final List<String> recipients;
    private final List<byte[]> lines = new ArrayList<>();
    private long byteCount;
    private boolean has8BitBytes;

    private OutgoingMail(String sender, List<String> recipients) {
        this.sender = sender;
        this.recipients = List.copyOf(recipients);
    }

    /**
     * Creates a mail.
     *
     * @param sender an address
     * @param recipients one or more addresses
     * @param text header and body; lines end with LF or CR LF
     * @throws IOException if there is a CR without a LF, which some servers would take for the end of a line and others
     *     would not
     */
    static OutgoingMail of(String sender, List<String> recipients, byte[] text) throws IOException {
        OutgoingMail mail = new OutgoingMail(sender, recipients);
        int start = 0;
        for (int i = 0; i < text.length; i++) {
            if (text[i] == '\r' && (i + 1 == text.length || text[i + 1] != '\n')) {
                throw new IOException("the mail has a CR without a LF: byte " + i);
            }
            if (text[i] == '\n') {
                mail.addLine(text, start, i > start && text[i - 1] == '\r' ? i - 1 : i);
                start = i + 1;
            }
        }
        if (start < text.length) {
            mail.addLine(text, start, text.length);
        }
        return mail;
    }

    private void addLine(byte[] text, int start, int end) {
        ByteArrayOutputStream line = new ByteArrayOutputStream(end - start + CRLF.length + 1);
        if (start < end && text[start] == '.') {
            line.write('.');
        }
        line.write(text, start, end - start);
        line.write(CRLF, 0, CRLF.length);
        lines.add(line.toByteArray());
        byteCount += end - start + CRLF.length;
        for (int i = start; i < end; i++) {
            has8BitBytes |= text[i] < 0;
        }
    }

    String sender() {
        return sender;
    }

    List<String> recipients() {
        return recipients;
    }

    /** Returns the lines with their endings and additional dots. */
    List<byte[]> lines() {
        return lines;
    }

    /** Returns the size without the additional dots, as {@code SIZE} counts it (RFC 1870 section 5). */
    long byteCount() {
        return byteCount;
    }

    boolean has8BitBytes() {
        return has8BitBytes;
    }
}
