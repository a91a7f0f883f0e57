package dev.nettystreams.benchmarks;

import dev.nettystreams.benchmarks.compare.ChartReport;
import dev.nettystreams.benchmarks.compare.TableReport;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The comparison of servers. */
@Command(
        name = "compare",
        description = "Compares servers with raw Netty, each in a process of its own.",
        footer = {
            "",
            "Servers are compared in pairs with the baseline, and both are measured in turn. Ctrl-C ends the comparison"
                    + " and writes the results so far.",
            "A command of --server receives MODE PORT [tls CERT KEY], listens at 127.0.0.1 and prints a line when it"
                    + " does."
        })
final class CompareCommand implements Callable<Integer> {
    @Mixin
    private final CompareOptions options = new CompareOptions();

    @Mixin
    private final MachineOptions machine = new MachineOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        return new ComparisonRun(
                        spec,
                        options.plan(spec),
                        options.settings(spec),
                        machine,
                        machine.cores(spec),
                        TableReport::lines,
                        ChartReport::charts)
                .run();
    }
}
