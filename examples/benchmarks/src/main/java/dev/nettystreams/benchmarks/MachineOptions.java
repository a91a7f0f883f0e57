package dev.nettystreams.benchmarks;

import dev.nettystreams.benchmarks.compare.Cores;
import dev.nettystreams.benchmarks.compare.JvmCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of each comparison that say where it runs, and where its report goes. */
final class MachineOptions {
    @Option(names = "--jvm", paramLabel = "JAVA", description = "The java program for servers (default: this one).")
    private String java = JvmCommand.ownJava();

    @Option(names = "--jvm-option", paramLabel = "OPTION", description = "For all servers of the JVM; may be repeated.")
    private List<String> jvmOptions = new ArrayList<>();

    @Option(names = "--server-cores", paramLabel = "LIST", description = "Cores of each server, as of taskset.")
    private String serverCores = "";

    @Option(names = "--generator-cores", paramLabel = "LIST", description = "Cores of this program.")
    private String generatorCores = "";

    @Option(
            names = "--output",
            paramLabel = "PREFIX",
            description = "Write PREFIX.json, PREFIX.png and PREFIX.svg (default: the command's name and the time).")
    private String output = "";

    Cores cores(CommandSpec spec) {
        try {
            return Cores.choose(serverCores, generatorCores);
        } catch (IllegalArgumentException e) {
            throw misuse(spec, String.valueOf(e.getMessage()));
        }
    }

    /** Returns the same, with all cores but the generator's for servers that have several event loops. */
    Cores coresForLoops(CommandSpec spec) {
        return serverCores.isEmpty() ? cores(spec).withMostForServers() : cores(spec);
    }

    JvmCommand jvm() {
        return new JvmCommand(java, jvmOptions);
    }

    /** Returns the beginning of the names of the report's files. Fails now, and not after hours. */
    Path prefix(CommandSpec spec) throws IOException {
        String time = LocalDateTime.now(ZoneId.systemDefault()).format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        Path prefix = Path.of(output.isEmpty() ? "benchmarks-" + spec.name() + "-" + time : output);
        Path directory = prefix.toAbsolutePath().getParent();
        if (directory == null || !Files.isWritable(directory)) {
            throw new IOException("--output: cannot write to " + directory);
        }
        return prefix;
    }

    static ParameterException misuse(CommandSpec spec, String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
