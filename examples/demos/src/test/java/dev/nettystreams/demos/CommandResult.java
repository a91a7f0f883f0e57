package dev.nettystreams.demos;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * The status and output of a command that ran in this JVM.
 *
 * @param status the exit status
 * @param out standard output
 * @param err standard error
 */
public record CommandResult(int status, String out, String err) {
    /** Runs a command of the demos. */
    public static CommandResult ofDemo(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new CommandResult(status, out.toString(), err.toString());
    }
}
