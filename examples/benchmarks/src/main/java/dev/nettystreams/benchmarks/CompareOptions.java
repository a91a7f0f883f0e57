package dev.nettystreams.benchmarks;

import dev.nettystreams.benchmarks.compare.Contender;
import dev.nettystreams.benchmarks.compare.Plan;
import dev.nettystreams.benchmarks.compare.Settings;
import dev.nettystreams.benchmarks.load.Workload;
import dev.nettystreams.benchmarks.servers.ServerKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The options of a comparison. {@code --quick} changes the defaults; an option that is given wins. */
final class CompareOptions {
    private static final List<String> QUICK_SERVERS =
            List.of("ours-callbacks", "ours-loop", "ours-virtual", "ours-threads", "vertx");
    private static final List<String> QUICK_WORKLOADS = List.of("request-reply", "pipelined", "echo-bulk");

    @Option(
            names = "--quick",
            description = "A look within 2 minutes: this library and Vert.x, three workloads. Not for publication.")
    private boolean isQuick;

    @Option(names = "--servers", split = ",", paramLabel = "NAME", description = "Servers of 'list' (default: all).")
    private List<String> servers = new ArrayList<>();

    @Option(names = "--server", paramLabel = "NAME=COMMAND", description = "A server of your own; may be repeated.")
    private List<String> ownServers = new ArrayList<>();

    @Option(
            names = "--workloads",
            split = ",",
            paramLabel = "NAME",
            description = "Workloads of 'list' (default: all, in plaintext and under TLS).")
    private List<String> workloads = new ArrayList<>();

    @Option(names = "--baseline", paramLabel = "NAME", description = "The server to compare with (default: raw-epoll).")
    private String baseline = ServerKind.BASELINE;

    @Option(names = "--rounds", paramLabel = "COUNT", description = "Rounds of each pair (default: 8; quick: 4).")
    private @Nullable Integer rounds;

    @Option(
            names = "--round-time",
            paramLabel = "SECONDS",
            description = "Time on each server in a round (default: 1; quick: 0.2).")
    private @Nullable Double roundTime;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            description = "Load on each server before the first round of a workload (default: 5; quick: 2).")
    private @Nullable Double warmUp;

    @Option(
            names = "--latency-load",
            paramLabel = "SHARE",
            description = "Rate of the open loop, as a share of the baseline's rate; 0 measures no latencies"
                    + " (default: 0.5; quick: 0).")
    private @Nullable Double latencyLoad;

    @Option(
            names = "--latency-time",
            paramLabel = "SECONDS",
            description = "Time of the open loop on each server (default: 4).")
    private @Nullable Double latencyTime;

    @Option(
            names = "--idle-connections",
            paramLabel = "COUNT",
            description = "Connections of the workload idle (default: 2000).")
    private @Nullable Integer idleConnections;

    @Option(names = "--system-calls", description = "Count system calls, too, by strace.")
    private boolean countsSystemCalls;

    Settings settings(CommandSpec spec) {
        Settings defaults = isQuick ? Settings.QUICK : Settings.WHOLE;
        if (rounds != null && rounds < 1) {
            throw MachineOptions.misuse(spec, "--rounds < 1: " + rounds);
        }
        if (latencyLoad != null && !(latencyLoad >= 0 && latencyLoad <= 10)) {
            throw MachineOptions.misuse(spec, "--latency-load is not between 0 and 10: " + latencyLoad);
        }
        double load = latencyLoad == null ? defaults.latencyShare() : latencyLoad;
        Duration latencyDefault = load > 0 ? Settings.WHOLE.latencyTime() : defaults.latencyTime();
        return new Settings(
                duration(spec, "--warm-up", warmUp, defaults.warmUp()),
                rounds == null ? defaults.rounds() : rounds,
                duration(spec, "--round-time", roundTime, defaults.roundTime()),
                load,
                duration(spec, "--latency-time", latencyTime, latencyDefault),
                defaults.timeLimit(),
                countsSystemCalls,
                defaults.isForPublication());
    }

    private static Duration duration(CommandSpec spec, String name, @Nullable Double seconds, Duration ifNull) {
        if (seconds == null) {
            return ifNull;
        }
        if (!(seconds >= 0.001 && seconds <= 86400)) {
            throw MachineOptions.misuse(spec, name + " is not between 0.001 and 86400: " + seconds);
        }
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    Plan plan(CommandSpec spec) {
        List<Contender> contenders = new ArrayList<>();
        for (String name : chosen(
                servers,
                QUICK_SERVERS,
                ServerKind.all().stream().map(ServerKind::name).toList())) {
            contenders.add(Contender.of(server(spec, "--servers", name)));
        }
        for (String own : ownServers) {
            try {
                contenders.add(Contender.parse(own));
            } catch (IllegalArgumentException e) {
                throw MachineOptions.misuse(spec, "--server: " + e.getMessage());
            }
        }
        List<String> names = contenders.stream().map(Contender::name).toList();
        for (String name : names) {
            if (Collections.frequency(names, name) > 1) {
                throw MachineOptions.misuse(spec, "a server is named twice: " + name);
            }
        }
        List<Workload> loads = new ArrayList<>();
        for (String name : chosen(
                workloads,
                QUICK_WORKLOADS,
                Workload.all().stream().map(Workload::name).toList())) {
            loads.add(workload(spec, name));
        }
        ServerKind base = server(spec, "--baseline", baseline);
        for (Workload each : loads) {
            if (!base.isFor(each.mode(), each.isTls())) {
                throw MachineOptions.misuse(spec, "--baseline " + baseline + " is not for " + each.name());
            }
        }
        Plan plan = Plan.of(
                Contender.of(base), contenders, loads.stream().distinct().toList());
        if (plan.pairs().isEmpty()) {
            throw MachineOptions.misuse(spec, "no server is for one of the workloads");
        }
        return plan;
    }

    /** An option that is given wins. */
    private List<String> chosen(List<String> given, List<String> ifQuick, List<String> otherwise) {
        if (!given.isEmpty()) {
            return given;
        }
        return isQuick ? ifQuick : otherwise;
    }

    private static ServerKind server(CommandSpec spec, String option, String name) {
        ServerKind kind = ServerKind.named(name);
        if (kind == null) {
            throw MachineOptions.misuse(spec, option + ": unknown server (see: list): " + name);
        }
        return kind;
    }

    private Workload workload(CommandSpec spec, String name) {
        Workload workload = Workload.named(name);
        if (workload == null) {
            throw MachineOptions.misuse(spec, "--workloads: unknown workload (see: list): " + name);
        }
        if (idleConnections == null || workload.kind() != Workload.Kind.IDLE) {
            return workload;
        }
        if (idleConnections < 1) {
            throw MachineOptions.misuse(spec, "--idle-connections < 1: " + idleConnections);
        }
        return workload.withConnections(idleConnections);
    }
}
