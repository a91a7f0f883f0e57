package dev.nettystreams.benchmarks;

import dev.nettystreams.benchmarks.servers.Counters;
import dev.nettystreams.benchmarks.servers.ServerKind;
import dev.nettystreams.benchmarks.servers.ServerTask;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** One server in this process: the command that {@code compare} starts. */
@Command(
        name = "serve",
        description = "Runs one server until standard input ends.",
        footer = {
            "",
            "Prints a line when it listens at 127.0.0.1. Each line 'counters' on standard input is answered with the"
                    + " bytes allocated so far, each line 'gc' with the bytes in use after a garbage collection."
        })
final class ServeCommand implements Callable<Integer> {
    /** The status of a server that this machine, or the server's library, cannot run. */
    private static final int UNSUPPORTED = 3;

    @Parameters(paramLabel = "NAME", description = "One of the servers that 'list' names.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String name;

    @Parameters(
            index = "1..*",
            paramLabel = "MODE PORT [tls CERT KEY]",
            description = "MODE is ping, echo, sink, source, http or relay:UPSTREAM_PORT.")
    private List<String> arguments = new ArrayList<>();

    @Option(names = "--loops", paramLabel = "COUNT", description = "Event loops (default: 1).")
    private int loops = 1;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        ServerKind kind = ServerKind.named(name);
        if (kind == null) {
            throw new ParameterException(spec.commandLine(), "unknown server: " + name);
        }
        if (loops < 1 || (loops > 1 && !kind.hasLoops())) {
            throw new ParameterException(spec.commandLine(), "--loops: " + name + " cannot have " + loops);
        }
        ServerTask task;
        try {
            task = ServerTask.parse(arguments).withLoops(loops);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        try {
            kind.start(task);
        } catch (UnsupportedOperationException | IllegalStateException | LinkageError e) {
            System.err.println(OneLine.of(e));
            return UNSUPPORTED;
        }
        System.out.println("listening on 127.0.0.1:" + task.port());
        System.out.flush();
        Counters.answer(System.in, System.out);
        Runtime.getRuntime().halt(0); // the event loops of some servers would go on
        return 0;
    }
}
