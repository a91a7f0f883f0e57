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
 * Whole messages over a connection. A message is a letter, four bytes of length, which count themselves, and the body; no length is
 * believed before it is found within bounds. What a server may say at any time (notices, parameters, notifications) is taken here and
 * never met elsewhere.
 */
final class Wire {
    private static final int HEADER_BYTES = 5;
    private static final int LENGTH_BYTES = 4;
    private static final int LOGIN_MESSAGE_LIMIT_BYTES = 64 << 10;
    private static final int MESSAGE_LIMIT_BYTES = 16 << 20;

    private final Intake intake;
    private final StreamWriter writer;
    private final int messageLimitBytes;
    private final Patience patience;
    private final Consumer<ServerReport> notices;

    private Wire(
            Intake intake,
            StreamWriter writer,
            int messageLimitBytes,
            Patience patience,
            Consumer<ServerReport> notices) {
        this.intake = intake;
        this.writer = writer;
        this.messageLimitBytes = messageLimitBytes;
        this.patience = patience;
        this.notices = notices;
    }

    /** For as long as it has not been found out who is there. Leaves what it has not received to whoever reads next. */
    static Wire forLogin(StreamConnection connection, Patience patience, Consumer<ServerReport> notices) {
        Intake intake = Intake.exact(connection.reader(), patience);
        return new Wire(intake, connection.writer(), LOGIN_MESSAGE_LIMIT_BYTES, patience, notices);
    }

    /** From then on until the end. */
    static Wire forQueries(StreamConnection connection, Consumer<ServerReport> notices) {
        Intake intake = Intake.ahead(connection.reader(), Patience.ENDLESS);
        return new Wire(intake, connection.writer(), MESSAGE_LIMIT_BYTES, Patience.ENDLESS, notices);
    }

    /** Null in clear. */
    @Nullable
    TlsSession tlsSession() {
        return writer.tlsSession();
    }

    void secure(TlsUpgrade tls) throws IOException, InterruptedException, TimeoutException {
        patience.await(writer.startTls(tls));
    }

    void send(byte[] message) throws IOException, InterruptedException, TimeoutException {
        writer.write(message);
        patience.await(writer.drain());
    }

    /** The one answer that is not a message. */
    char receiveByte() throws IOException, InterruptedException, TimeoutException {
        return (char) (intake.take(1)[0] & 0xff);
    }

    /**
     * Waits for a message of certain types.
     *
     * @param when what is going on, for the message of what fails if it is another one
     * @throws ReportedException if it is an error
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

    BackendMessage receive() throws IOException, InterruptedException, TimeoutException {
        BackendMessage message;
        do {
            message = next();
        } while (isByTheWay(message));
        return message;
    }

    private boolean isByTheWay(BackendMessage message) throws ProtocolException {
        if (message.type() == 'N') {
            notices.accept(ServerReport.parse(message));
            return true;
        }
        return message.type() == 'S' || message.type() == 'A';
    }

    private BackendMessage next() throws IOException, InterruptedException, TimeoutException {
        ByteBuffer header = ByteBuffer.wrap(intake.take(HEADER_BYTES));
        char type = (char) (header.get() & 0xff);
        int length = header.getInt();
        if (length < LENGTH_BYTES || length - LENGTH_BYTES > messageLimitBytes) {
            throw new ProtocolException(new BackendMessage(type, new byte[0]) + " of " + (length - (long) LENGTH_BYTES)
                    + " bytes, where 0 to " + messageLimitBytes + " are taken");
        }
        return new BackendMessage(type, intake.take(length - LENGTH_BYTES));
    }
}
