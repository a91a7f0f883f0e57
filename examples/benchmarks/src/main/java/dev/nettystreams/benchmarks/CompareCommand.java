package dev.nettystreams.benchmarks;

import dev.nettystreams.benchmarks.compare.ChartReport;
import dev.nettystreams.benchmarks.compare.Comparison;
import dev.nettystreams.benchmarks.compare.Cores;
import dev.nettystreams.benchmarks.compare.JsonReport;
import dev.nettystreams.benchmarks.compare.JvmCommand;
import dev.nettystreams.benchmarks.compare.Machine;
import dev.nettystreams.benchmarks.compare.Plan;
import dev.nettystreams.benchmarks.compare.Report;
import dev.nettystreams.benchmarks.compare.RunFiles;
import dev.nettystreams.benchmarks.compare.Settings;
import dev.nettystreams.benchmarks.compare.TableReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The comparison of servers. */
@Command(
        name = "compare",
        description = "Compares servers with raw Netty, each in a process of its own.",
        footer = {
            "",
            "Servers are compared in pairs with the baseline, and both are measured in turn. Ctrl-C ends the comparison"
                    + " and writes what there is.",
            "A command of --server receives MODE PORT [tls CERT KEY], listens at 127.0.0.1 and prints a line when it"
                    + " does."
        })
final class CompareCommand implements Callable<Integer> {
    private static final int INTERRUPTED = 130;

    @Mixin
    private final CompareOptions options = new CompareOptions();

    @Option(
            names = "--output",
            paramLabel = "PREFIX",
            description = "Write PREFIX.json, PREFIX.png and PREFIX.svg (default: benchmarks-DATE-TIME).")
    private String output = "";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Settings settings = options.settings(spec);
        Plan plan = options.plan(spec);
        Cores cores = options.cores(spec);
        JvmCommand jvm = options.jvm();
        Path prefix = Path.of(
                output.isEmpty()
                        ? "benchmarks-"
                                + LocalDateTime.now(ZoneId.systemDefault())
                                        .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"))
                        : output);
        requireWritable(prefix);
        warn(out, settings, cores);
        cores.pinGenerator();
        Map<String, String> facts = Machine.facts(jvm, cores);
        try (RunFiles files = RunFiles.create();
                Interruption interruption = Interruption.ofThisThread()) {
            Comparison comparison = new Comparison(
                    plan,
                    settings,
                    cores,
                    jvm,
                    files,
                    line -> {
                        out.println(line);
                        out.flush();
                    },
                    interruption.signal());
            boolean isComplete = false;
            try {
                isComplete = comparison.run();
            } finally {
                Thread.interrupted(); // or the files below could not be written
                Report report = new Report(
                        Instant.now(),
                        options.arguments(spec),
                        facts,
                        settings,
                        List.copyOf(comparison.results()),
                        List.copyOf(comparison.leftOut()),
                        isComplete);
                write(report, prefix, out);
            }
            return isComplete ? 0 : INTERRUPTED;
        }
    }

    /** Fails now, and not after hours. */
    private static void requireWritable(Path prefix) throws IOException {
        Path directory = prefix.toAbsolutePath().getParent();
        if (directory == null || !Files.isWritable(directory)) {
            throw new IOException("--output: cannot write to " + directory);
        }
    }

    private static void warn(PrintWriter out, Settings settings, Cores cores) {
        if (!settings.isForPublication()) {
            out.println("A quick look: NOT FOR PUBLICATION.");
        }
        if (cores.equals(Cores.UNPINNED)) {
            out.println(
                    "warning: nothing is pinned (this needs taskset and two cores), so the servers and the generator"
                            + " share cores");
        }
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        if (load > 0.5) {
            out.printf("warning: this machine is busy (load average %.1f), which distorts the figures%n", load);
        }
        out.flush();
    }

    private static void write(Report report, Path prefix, PrintWriter out) throws IOException {
        out.println();
        TableReport.lines(report).forEach(out::println);
        Path json = Path.of(prefix + ".json");
        try (Writer target = Files.newBufferedWriter(json)) {
            JsonReport.write(report, target);
        }
        String charts = "no chart";
        try {
            if (ChartReport.write(report, prefix)) {
                charts = prefix + ".png, " + prefix + ".svg";
            }
        } catch (IOException | RuntimeException | LinkageError e) { // a JRE without fonts, or without a desktop
            charts = "no chart: " + OneLine.of(e);
        }
        out.println("written: " + json + ", " + charts);
        out.flush();
    }
}
