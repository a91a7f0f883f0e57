package dev.nettystreams.demos.resp;

/** The peer broke the protocol; the message is Redis's reply before it closes the connection. */
final class MalformedRequestException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String message;

    MalformedRequestException(String what) {
        super(what, null, false, false);
        this.message = "ERR Protocol error: " + what;
    }

    @Override
    public String getMessage() {
        return message;
    }
}
