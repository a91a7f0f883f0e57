package dev.nettystreams.benchmarks;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.nettystreams.benchmarks.compare.Contender;
import dev.nettystreams.benchmarks.compare.Growth;
import dev.nettystreams.benchmarks.compare.GrowthChart;
import dev.nettystreams.benchmarks.compare.GrowthTable;
import dev.nettystreams.benchmarks.compare.Plan;
import dev.nettystreams.benchmarks.compare.Settings;
import dev.nettystreams.benchmarks.servers.ServerKind;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The cost of an echo as connections, event loops and messages grow. */
@Command(
        name = "growth",
        description = "Shows how the cost of an echo grows: by connections, event loops and the size of messages.",
        footer = {"", "Takes at most 5 minutes for each server; with --quick, 2 minutes for all."})
final class GrowthCommand implements Callable<Integer> {
    /** The descriptors of this program for other things than connections. */
    private static final long OTHER_DESCRIPTORS = 200;

    @Option(names = "--quick", description = "A look within 2 minutes. Not for publication.")
    private boolean isQuick;

    @Option(
            names = "--servers",
            split = ",",
            paramLabel = "NAME",
            description = "Servers of 'list' beside raw-epoll (default: ours-loop).")
    private List<String> servers = new ArrayList<>(List.of("ours-loop"));

    @Option(
            names = "--most-connections",
            paramLabel = "COUNT",
            description = "The largest number of connections (default: 10000).")
    private int mostConnections = Growth.MOST_CONNECTIONS;

    @Mixin
    private final MachineOptions machine = new MachineOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (mostConnections < 1 || mostConnections > Growth.MOST_CONNECTIONS) {
            throw MachineOptions.misuse(
                    spec,
                    "--most-connections is not between 1 and " + Growth.MOST_CONNECTIONS + ": " + mostConnections);
        }
        List<Contender> contenders = new ArrayList<>();
        for (String name : servers.stream().distinct().toList()) {
            ServerKind kind = ServerKind.named(name);
            if (kind == null) {
                throw MachineOptions.misuse(spec, "--servers: unknown server (see: list): " + name);
            }
            if (!kind.hasLoops()) {
                spec.commandLine().getOut().println("left out: " + name + " on 2 and 4 event loops: it runs on one");
            }
            contenders.add(Contender.of(kind));
        }
        Growth growth = new Growth(possibleConnections());
        Plan plan = Plan.of(Contender.of(ServerKind.baseline()), contenders, growth.workloads());
        if (plan.pairs().isEmpty()) {
            throw MachineOptions.misuse(spec, "no server is for an echo");
        }
        Settings settings = isQuick ? Settings.QUICK_GROWTH : Settings.growth(contenders.size());
        return new ComparisonRun(
                        spec,
                        plan,
                        settings,
                        machine,
                        machine.coresForLoops(spec),
                        report -> GrowthTable.lines(report, growth),
                        report -> GrowthChart.charts(report, growth))
                .run();
    }

    /** This program opens as many connections to each of two servers, and each has a descriptor. */
    private int possibleConnections() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            long most = Math.max(1, (system.getMaxFileDescriptorCount() - OTHER_DESCRIPTORS) / 2);
            if (most < mostConnections) {
                spec.commandLine()
                        .getOut()
                        .printf(
                                "left out: more than %d connections, because this process may have %d file descriptors"
                                        + " (see: ulimit -n)%n",
                                most, system.getMaxFileDescriptorCount());
                return (int) most;
            }
        }
        return mostConnections;
    }
}
