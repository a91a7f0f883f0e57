package dev.nettystreams.demos.exec;

import dev.nettystreams.FailureReporter;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.demos.Dialogue;
import dev.nettystreams.demos.ServerCommand;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamProcess;
import dev.nettystreams.netty.StreamServer;
import dev.nettystreams.spi.LogLimit;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code exec-server}: runs a program for each connection, as inetd does. */
@Command(
        name = "exec-server",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a program for each connection, on port " + ExecServer.PORT + " by default:",
            "    exec-server 4000 -- sort -r",
            "The program's standard input and output are the client's. The end of either side's output is passed on.",
            "Its standard error goes to this server's, at most " + FailureReporter.LINES_PER_SECOND
                    + " lines a second.",
            "The program is terminated when the client is gone."
        })
public final class ExecServer extends ServerCommand {
    static final int PORT = 8890;

    @Parameters(
            arity = "1..*",
            paramLabel = "[PORT] COMMAND",
            description = "The port (the same as --port), then the program and its arguments; options of the program"
                    + " need a -- before it.")
    private List<String> arguments = List.of();

    private final Set<StreamProcess> children = ConcurrentHashMap.newKeySet();
    private final LogLimit errorLines = new LogLimit(FailureReporter.LINES_PER_SECOND);

    @SuppressWarnings("NullAway.Init") // before the first connection
    private NettyStreams streams;

    ExecServer() {
        super(PORT);
    }

    /** The first argument, if it is a number and a command follows. */
    @Override
    protected @Nullable String portArgument() {
        String first = arguments.get(0);
        return arguments.size() > 1 && first.matches("\\d+") ? first : null;
    }

    /** One for the client, and three pipes. */
    @Override
    protected int descriptorsPerConnection() {
        return 4;
    }

    @Override
    protected void prepare(NettyStreams ours) {
        streams = ours;
    }

    /** Programs that ignore the end of their input, and SIGTERM, end with the server. */
    @Override
    protected CompletableFuture<Void> end(StreamServer server, Duration timeout) {
        return super.end(server, timeout).whenComplete((done, failure) -> children.forEach(StreamProcess::kill));
    }

    @Override
    protected Dialogue dialogue(StreamReader reader, StreamWriter writer) {
        List<String> command = arguments.subList(portArgument() == null ? 0 : 1, arguments.size());
        return new ExecDialogue(reader, writer, this::start, command);
    }

    private CompletableFuture<Program> start(List<String> command) {
        return streams.startProcess(new ProcessBuilder(command)).thenApply(child -> {
            children.add(child);
            child.exit().thenRun(() -> children.remove(child));
            return new Program(child, new ErrorLines(child, errorLines).print());
        });
    }
}
