package dev.nettystreams.benchmarks;

import dev.nettystreams.benchmarks.compare.ChartFiles;
import dev.nettystreams.benchmarks.compare.Comparison;
import dev.nettystreams.benchmarks.compare.Cores;
import dev.nettystreams.benchmarks.compare.JsonReport;
import dev.nettystreams.benchmarks.compare.JvmCommand;
import dev.nettystreams.benchmarks.compare.Machine;
import dev.nettystreams.benchmarks.compare.Plan;
import dev.nettystreams.benchmarks.compare.Report;
import dev.nettystreams.benchmarks.compare.RunFiles;
import dev.nettystreams.benchmarks.compare.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.knowm.xchart.internal.chartpart.Chart;
import picocli.CommandLine.Model.CommandSpec;

/** A comparison from its first warning to its files, which it writes even if it is interrupted or fails. */
final class ComparisonRun {
    private static final int INTERRUPTED = 130;

    private final CommandSpec spec;
    private final PrintWriter out;
    private final Plan plan;
    private final Settings settings;
    private final MachineOptions options;
    private final Cores cores;
    private final Function<Report, List<String>> table;
    private final Function<Report, List<Chart<?, ?>>> charts;

    ComparisonRun(
            CommandSpec spec,
            Plan plan,
            Settings settings,
            MachineOptions options,
            Cores cores,
            Function<Report, List<String>> table,
            Function<Report, List<Chart<?, ?>>> charts) {
        this.spec = spec;
        this.out = spec.commandLine().getOut();
        this.plan = plan;
        this.settings = settings;
        this.options = options;
        this.cores = cores;
        this.table = table;
        this.charts = charts;
    }

    /** Returns the status of this program. */
    int run() throws Exception {
        Path prefix = options.prefix(spec);
        warn();
        cores.pinGenerator();
        Map<String, String> facts = Machine.facts(options.jvm(), cores);
        try (Interruption interruption = Interruption.ofThisThread();
                RunFiles files = RunFiles.create()) {
            Comparison comparison = comparison(files, interruption.signal());
            boolean isComplete = false;
            try {
                isComplete = comparison.run();
            } finally {
                interruption.endOfMeasuring();
                Report report = new Report(
                        Instant.now(),
                        spec.root().commandLine().getParseResult().originalArgs(),
                        facts,
                        settings,
                        List.copyOf(comparison.results()),
                        List.copyOf(comparison.leftOut()),
                        isComplete);
                if (!report.results().isEmpty()) {
                    write(report, prefix);
                }
            }
            if (isComplete && comparison.results().isEmpty()) {
                throw new IOException("no server took part: " + String.join("; ", comparison.leftOut()));
            }
            return isComplete ? 0 : INTERRUPTED;
        }
    }

    private Comparison comparison(RunFiles files, CountDownLatch ending) {
        JvmCommand jvm = options.jvm();
        return new Comparison(plan, settings, cores, jvm, files, this::print, ending);
    }

    private void print(String line) {
        out.println(line);
        out.flush();
    }

    private void warn() {
        if (!settings.isForPublication()) {
            print("A quick look: NOT FOR PUBLICATION.");
        }
        if (cores.equals(Cores.UNPINNED)) {
            print("warning: nothing is pinned, which needs taskset and two cores: servers and generator share cores");
        } else if (cores.sharesCores()) {
            print("warning: servers and generator share cores (" + cores.server() + "; " + cores.generator()
                    + "), which distorts the figures");
        }
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        if (load > 0.5) {
            print(String.format("warning: this machine is busy (load average %.1f), which distorts the figures", load));
        }
    }

    private void write(Report report, Path prefix) throws IOException {
        out.println();
        table.apply(report).forEach(out::println);
        out.flush();
        Path json = Path.of(prefix + ".json");
        try (Writer target = Files.newBufferedWriter(json)) {
            JsonReport.write(report, target);
        }
        String written = "no chart";
        try {
            if (ChartFiles.write(charts.apply(report), prefix)) {
                written = prefix + ".png, " + prefix + ".svg";
            }
        } catch (IOException | RuntimeException | LinkageError e) { // a JRE without fonts, or without a desktop
            written = "no chart: " + OneLine.of(e);
        }
        print("written: " + json + ", " + written);
    }
}
