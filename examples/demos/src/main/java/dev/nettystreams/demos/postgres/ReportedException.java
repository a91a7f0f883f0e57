package dev.nettystreams.demos.postgres;

/** The server has said no; the message is what it said. */
final class ReportedException extends Exception {
    private static final long serialVersionUID = 1L;

    ReportedException(String line) {
        super(line);
    }
}
