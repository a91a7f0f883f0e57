package dev.nettystreams.demos.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/**
 * The error of a server that could not even start the protocol, for instance because it had no memory for a process: an
 * {@code E}, a line and a NUL, as before PostgreSQL 7.4. The start of the line is in the place of the length.
 */
final class EarlyError {
    /** A proper error before the login is never longer; any text read as a length is larger, or negative. */
    private static final int MOST_LENGTH = 30_000;

    private static final int MOST_TEXT_BYTES = 4096;

    private EarlyError() {}

    static boolean isOne(char type, int length) {
        return type == 'E' && (length < 0 || length > MOST_LENGTH);
    }

    /**
     * Reads the rest of the line, up to its NUL or the end of the connection.
     *
     * @param header the type, and the four bytes in the place of the length
     */
    static ServerReport receive(byte[] header, Intake intake)
            throws IOException, InterruptedException, TimeoutException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.write(header, 1, header.length - 1);
        try {
            for (byte next = intake.take(1)[0]; next != 0 && text.size() < MOST_TEXT_BYTES; next = intake.take(1)[0]) {
                text.write(next);
            }
        } catch (EOFException end) {
            text.write(new byte[0]); // the server has closed the connection without a NUL
        }
        return new ServerReport("the server refuses the connection: "
                + Printable.of(text.toString(UTF_8).strip()));
    }
}
