package dev.nettystreams.demos;

import dev.nettystreams.demos.chat.ChatServer;
import dev.nettystreams.demos.exec.ExecServer;
import dev.nettystreams.demos.files.FileServer;
import dev.nettystreams.demos.postgres.PostgresQuery;
import dev.nettystreams.demos.proxy.ForwardProxy;
import dev.nettystreams.demos.proxy.ProxyServer;
import dev.nettystreams.demos.resp.RespServer;
import dev.nettystreams.demos.smtp.SmtpSend;
import dev.nettystreams.demos.smtp.SmtpServer;
import dev.nettystreams.demos.tour.Tour;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The demos under one command line. */
@Command(
        name = "netty-streams-demos",
        mixinStandardHelpOptions = true,
        version = "netty-streams 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        description = "Small programs on netty-streams: Python asyncio's streams for Java.",
        footer = {"", "Start with:  tour", "Each command has a --help of its own."},
        subcommands = {
            Tour.class,
            EchoServer.class,
            EchoClient.class,
            HttpHead.class,
            ChatServer.class,
            FileServer.class,
            RespServer.class,
            ProxyServer.class,
            ForwardProxy.class,
            ExecServer.class,
            SmtpServer.class,
            SmtpSend.class,
            PostgresQuery.class,
            CommandLine.HelpCommand.class
        })
public final class Main {
    private Main() {}

    /**
     * Runs a command and ends the process: with status 0 if it succeeded, 1 if it failed, 2 if it was called wrongly.
     *
     * @param args the command and its options
     */
    public static void main(String[] args) {
        StandardOutput.spareWhatIsNotAscii();
        int status = commandLine().execute(args);
        if (status == 0 && System.out.checkError()) { // print reports neither a full disk nor a closed pipe
            System.err.println("netty-streams-demos: could not write to standard output");
            status = CommandLine.ExitCode.SOFTWARE;
        }
        System.exit(status);
    }

    /**
     * Creates the command line with all commands.
     *
     * @return a command line to execute
     */
    public static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExpandAtFiles(false) // @NAME is a Unix socket
                .setExecutionStrategy(Main::runDecoded)
                .setParameterExceptionHandler(Main::reportMisuse)
                .setExecutionExceptionHandler(Main::reportFailure);
    }

    private static int runDecoded(CommandLine.ParseResult parsed) {
        CommandLine.ParseResult innermost = parsed;
        while (innermost.hasSubcommand()) {
            innermost = innermost.subcommand();
        }
        for (int i = 0; i < parsed.originalArgs().size(); i++) {
            try {
                Decoded.check("argument " + (i + 1), parsed.originalArgs().get(i));
            } catch (IllegalArgumentException e) {
                throw new ParameterException(innermost.commandSpec().commandLine(), String.valueOf(e.getMessage()), e);
            }
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    private static int reportMisuse(ParameterException misuse, String[] args) {
        CommandLine command = misuse.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        report(command.getErr(), OneLine.of(misuse) + " (see: " + name + " --help)");
        return CommandLine.ExitCode.USAGE;
    }

    private static int reportFailure(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        report(command.getErr(), OneLine.of(failure));
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static void report(PrintWriter err, String message) {
        err.println("netty-streams-demos: " + message);
        err.flush();
    }
}
