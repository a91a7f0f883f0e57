package dev.nettystreams.demos.resp;

/** A refused command; the message is the reply, in Redis's wording. The connection goes on. */
final class CommandException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reply;

    CommandException(String reply) {
        super(reply, null, false, false);
        this.reply = reply;
    }

    @Override
    public String getMessage() {
        return reply;
    }

    static CommandException syntaxError() {
        return new CommandException("ERR syntax error");
    }

    static CommandException notAnInteger() {
        return new CommandException("ERR value is not an integer or out of range");
    }
}
