package dev.nettystreams.demos.postgres;

/** The server has reported an error; the message is the server's. */
final class ReportedException extends Exception {
    private static final long serialVersionUID = 1L;

    ReportedException(String line) {
        super(line);
    }
}
