package dev.nettystreams.demos.postgres;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.TlsSession;
import dev.nettystreams.TlsUpgrade;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes whole messages. A message is a letter, four bytes of length, which include themselves, and the body;
 * every length is checked against a limit first. Messages that the server may send at any time (notices, parameters,
 * notifications) are handled here and hidden from callers.
 *
 * <p>Only CopyData may have any length: a long one is split into several short ones, whose boundaries have no meaning.
 */
final class MessageStream {
    private static final int HEADER_BYTES = 5;
    private static final int LENGTH_BYTES = 4;
    private static final int LOGIN_MESSAGE_LIMIT_BYTES = 64 << 10;
    private static final int MESSAGE_LIMIT_BYTES = 16 << 20;
    private static final int COPY_PIECE_BYTES = 64 << 10;

    /** More than any field of PostgreSQL, which is limited to 1 GiB. */
    private static final int LONGEST_MESSAGE_BYTES = (1 << 30) + (1 << 20);

    private final Intake intake;
    private final StreamWriter writer;
    private final Phase phase;
    private final AnswerDeadline deadline;
    private final Consumer<ServerReport> notices;
    private boolean isFirst = true;
    private int copyBytesLeft;

    private enum Phase {
        LOGIN,
        QUERIES
    }

    private MessageStream(
            Intake intake, StreamWriter writer, Phase phase, AnswerDeadline deadline, Consumer<ServerReport> notices) {
        this.intake = intake;
        this.writer = writer;
        this.phase = phase;
        this.deadline = deadline;
        this.notices = notices;
    }

    /** For the time until the server is authenticated. Leaves bytes that it has not received to the next reader. */
    static MessageStream forLogin(
            StreamConnection connection, AnswerDeadline deadline, Consumer<ServerReport> notices) {
        Intake intake = Intake.exact(connection.reader(), deadline);
        return new MessageStream(intake, connection.writer(), Phase.LOGIN, deadline, notices);
    }

    /** For the time from then until the end. */
    static MessageStream forQueries(StreamConnection connection, Consumer<ServerReport> notices) {
        Intake intake = Intake.ahead(connection.reader(), AnswerDeadline.ENDLESS);
        return new MessageStream(intake, connection.writer(), Phase.QUERIES, AnswerDeadline.ENDLESS, notices);
    }

    /** Returns null in plaintext. */
    @Nullable
    TlsSession tlsSession() {
        return writer.tlsSession();
    }

    void secure(TlsUpgrade tls) throws IOException, InterruptedException, TimeoutException {
        deadline.await(writer.startTls(tls));
    }

    /** @throws ReportedException if the server has ended the connection with an error */
    void send(byte[] message) throws IOException, InterruptedException, TimeoutException, ReportedException {
        writer.write(message);
        try {
            deadline.await(writer.drain());
        } catch (IOException lost) {
            throwLastError(lost);
            throw lost;
        }
    }

    /** Throws an error that the server sent before the loss, which is more useful than the loss. */
    private void throwLastError(IOException lost) throws InterruptedException, TimeoutException, ReportedException {
        try {
            BackendMessage message;
            do {
                message = receive();
            } while (message.type() != 'E');
            throw ServerReport.parse(message).toException();
        } catch (IOException end) {
            lost.addSuppressed(end);
        }
    }

    /** Sends the one request whose answer is a byte and not a message. */
    char ask(byte[] request) throws IOException, InterruptedException, TimeoutException {
        writer.write(request);
        return (char) (intake.take(1)[0] & 0xff);
    }

    /**
     * Waits for a message of certain types.
     *
     * @param when the current step, for the exception if another message arrives
     * @throws ReportedException if the message is an error
     */
    BackendMessage receive(String when, char... due)
            throws IOException, InterruptedException, TimeoutException, ReportedException {
        BackendMessage message = receive();
        if (message.type() == 'E') {
            throw ServerReport.parse(message).toException();
        }
        for (char type : due) {
            if (message.type() == type) {
                return message;
            }
        }
        throw message.unexpected(when);
    }

    BackendMessage receive() throws IOException, InterruptedException, TimeoutException, ReportedException {
        BackendMessage message;
        do {
            message = next();
        } while (takeAside(message));
        return message;
    }

    /** Tells a notice; returns false if the message belongs to the answer instead. */
    private boolean takeAside(BackendMessage message) throws BackendProtocolException {
        if (message.type() == 'N') {
            notices.accept(ServerReport.parse(message));
            return true;
        }
        return message.type() == 'S' || message.type() == 'A';
    }

    private BackendMessage next() throws IOException, InterruptedException, TimeoutException, ReportedException {
        if (copyBytesLeft > 0) {
            return copyPiece();
        }
        byte[] header = intake.take(HEADER_BYTES);
        char type = (char) (header[0] & 0xff);
        int length = ByteBuffer.wrap(header, 1, LENGTH_BYTES).getInt();
        if (phase == Phase.LOGIN && isFirst && EarlyError.isOne(type, length)) {
            throw EarlyError.receive(header, intake).toException();
        }
        isFirst = false;
        int byteCount = checked(type, length);
        if (phase == Phase.QUERIES && type == 'd') {
            copyBytesLeft = byteCount;
            return copyPiece();
        }
        return new BackendMessage(type, intake.take(byteCount));
    }

    private BackendMessage copyPiece() throws IOException, InterruptedException, TimeoutException {
        int byteCount = Math.min(copyBytesLeft, COPY_PIECE_BYTES);
        copyBytesLeft -= byteCount;
        return new BackendMessage('d', intake.take(byteCount));
    }

    private int checked(char type, int length) throws IOException {
        long byteCount = length - (long) LENGTH_BYTES;
        int most = phase == Phase.LOGIN ? LOGIN_MESSAGE_LIMIT_BYTES : LONGEST_MESSAGE_BYTES;
        BackendMessage message = new BackendMessage(type, new byte[0]);
        if (byteCount < 0 || byteCount > most) {
            throw new BackendProtocolException(
                    message + " of " + byteCount + " bytes, where 0 to " + most + " are taken");
        }
        if (phase == Phase.QUERIES && type != 'd' && byteCount > MESSAGE_LIMIT_BYTES) {
            throw new IOException(
                    "the server sends " + message + " of " + byteCount + " bytes; postgres-query takes at most "
                            + MESSAGE_LIMIT_BYTES + ": ask for smaller rows, or COPY");
        }
        return (int) byteCount;
    }
}
