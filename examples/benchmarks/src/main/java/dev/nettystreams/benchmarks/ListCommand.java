package dev.nettystreams.benchmarks;

import dev.nettystreams.benchmarks.load.Workload;
import dev.nettystreams.benchmarks.servers.ServerKind;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The names for the options of {@code compare}. */
@Command(name = "list", description = "Lists the servers and the workloads.")
final class ListCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.println("Servers:");
        for (ServerKind kind : ServerKind.all()) {
            out.printf(
                    "  %-24s %s%s%n",
                    kind.name(),
                    kind.description(),
                    kind.useInWords().isEmpty() ? "" : " (for " + kind.useInWords() + ")");
        }
        out.println();
        out.println("Workloads (each also as tls-NAME):");
        for (Workload workload : Workload.all()) {
            if (!workload.isTls()) {
                out.printf(
                        "  %-24s %s; %d connections, %s%n",
                        workload.name(), workload.description(), workload.connectionCount(), workload.unit());
            }
        }
        out.flush();
        return 0;
    }
}
