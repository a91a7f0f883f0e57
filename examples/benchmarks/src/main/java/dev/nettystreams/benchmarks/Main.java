package dev.nettystreams.benchmarks;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The benchmarks under one command line. */
@Command(
        name = "netty-streams-benchmarks",
        mixinStandardHelpOptions = true,
        version = "netty-streams 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        description = "Measures netty-streams, and compares it with other servers.",
        footer = {"", "Start with:  compare --quick", "Each command has a --help of its own."},
        subcommands = {
            CompareCommand.class,
            GrowthCommand.class,
            ListCommand.class,
            MicroCommand.class,
            ServeCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Main {
    private static final String NAME = "netty-streams-benchmarks: ";

    private Main() {}

    /**
     * Runs a command and ends the process: with status 0 if it succeeded, 1 if it failed, 2 if it was called wrongly.
     *
     * @param args the command and its options
     */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /**
     * Creates the command line with all commands.
     *
     * @return a command line to execute
     */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main())
                .setExpandAtFiles(false)
                .setParameterExceptionHandler(Main::reportMisuse)
                .setExecutionExceptionHandler(Main::reportFailure);
        line.getSubcommands().values().stream()
                .filter(command -> !command.getCommandName().equals("help"))
                .forEach(command -> command.getCommandSpec().mixinStandardHelpOptions(true));
        return line;
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
        err.println(NAME + message);
        err.flush();
    }
}
