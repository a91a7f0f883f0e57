package dev.nettystreams.demos.postgres;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Runs the statements of one string, and prints their results as they arrive.
 *
 * <pre>
 *   Query --> for each statement, until one fails:                                     --> ReadyForQuery
 *               RowDescription   DataRow ...             CommandComplete
 *               CopyOutResponse  CopyData ...  CopyDone  CommandComplete
 *               CopyInResponse   (we: CopyFail)          ErrorResponse
 *                                                        CommandComplete, EmptyQueryResponse or ErrorResponse
 * </pre>
 *
 * An ErrorResponse may replace any message. ReadyForQuery follows it, or the end of the connection if the error was
 * fatal.
 */
final class SimpleQuery {
    /** The limit for all rows of one result, which are kept until the last one arrives. */
    static final long RESULT_LIMIT_BYTES = 64L << 20;

    private static final int TEXT_FORMAT = 0;

    /** Statements whose RETURNING rows are followed by the command tag, as in psql. */
    private static final List<String> CHANGES = List.of("INSERT", "UPDATE", "DELETE", "MERGE");

    private final MessageStream messages;
    private final PrintWriter out;

    SimpleQuery(MessageStream messages, PrintWriter out) {
        this.messages = messages;
        this.out = out;
    }

    /**
     * Runs the statements.
     *
     * @throws ReportedException the server's error, once the server is ready for another query
     */
    void run(String sql) throws IOException, InterruptedException, TimeoutException, ReportedException {
        messages.send(FrontendMessages.query(sql));
        ReportedException failure = null;
        BackendMessage message = messages.receive();
        while (message.type() != 'Z') {
            if (failure != null && message.type() != 'E') {
                throw message.unexpected("behind an error");
            }
            try {
                take(message);
            } catch (ReportedException e) {
                failure = failure == null ? e : failure;
            }
            message = next(failure);
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** An error that the server reported before it closed the connection is more useful than the loss. */
    private BackendMessage next(@Nullable ReportedException failure)
            throws IOException, InterruptedException, TimeoutException, ReportedException {
        try {
            return messages.receive();
        } catch (IOException e) {
            if (failure != null) {
                failure.addSuppressed(e);
                throw failure;
            }
            throw e;
        }
    }

    private void take(BackendMessage message)
            throws IOException, InterruptedException, TimeoutException, ReportedException {
        switch (message.type()) {
            case 'T' -> rows(message);
            case 'H' -> copyOut(message);
            case 'G' -> messages.send(FrontendMessages.copyFail("postgres-query has nothing to copy from"));
            case 'C' -> out.print(tag(message) + "\n");
            case 'I' -> message.end();
            case 'E' -> throw ServerReport.parse(message).toException();
            default -> throw message.unexpected("where a statement's outcome was due");
        }
    }

    private void rows(BackendMessage description)
            throws IOException, InterruptedException, TimeoutException, ReportedException {
        ResultTable table = new ResultTable(Column.parse(description), RESULT_LIMIT_BYTES);
        BackendMessage message = receive('D', 'C');
        while (message.type() == 'D') {
            table.add(message);
            message = receive('D', 'C');
        }
        table.print(out);
        String tag = tag(message);
        if (CHANGES.stream().anyMatch(tag::startsWith)) {
            out.print(tag + "\n");
        }
    }

    /** Prints the bytes unchanged: for files, not for terminals. */
    private void copyOut(BackendMessage response)
            throws IOException, InterruptedException, TimeoutException, ReportedException {
        if (response.int8() != TEXT_FORMAT) {
            throw new IOException("COPY in binary format is not for standard output");
        }
        CopyText text = new CopyText(out);
        BackendMessage message = receive('d', 'c');
        while (message.type() == 'd') {
            text.print(message.restBytes());
            message = receive('d', 'c');
        }
        text.end();
        receive('C');
    }

    private static String tag(BackendMessage complete) throws BackendProtocolException {
        String tag = Printable.of(complete.string());
        complete.end();
        return tag;
    }

    private BackendMessage receive(char... due)
            throws IOException, InterruptedException, TimeoutException, ReportedException {
        return messages.receive("within a result", due);
    }
}
