package dev.nettystreams.benchmarks.compare;

import static dev.nettystreams.benchmarks.compare.FigureFormat.number;
import static dev.nettystreams.benchmarks.compare.FigureFormat.ratio;

import dev.nettystreams.benchmarks.load.Workload;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** A report as tables of text, one for each workload, the best server first. */
public final class TableReport {
    private static final int LEAST_NAME_WIDTH = 16;
    private static final List<Integer> RATE_WIDTHS = List.of(8, 10, 7, 12, 6, 9, 6, 6, 9, 8);
    private static final List<Integer> LATENCY_WIDTHS = List.of(10, 9, 9, 9, 9, 9);
    private static final List<Integer> MEMORY_WIDTHS = List.of(10, 10);

    private final Workload workload;
    private final List<Result> results;
    private final String baseline;
    private final int nameWidth;

    private TableReport(Workload workload, List<Result> results) {
        this.workload = workload;
        this.results = results.stream()
                .sorted(Comparator.comparingDouble(Result::score).reversed())
                .toList();
        this.baseline = "(" + results.get(0).baseline() + ")";
        int width = results.stream()
                .mapToInt(result -> result.server().length())
                .max()
                .orElse(0);
        this.nameWidth = Math.max(LEAST_NAME_WIDTH, Math.max(baseline.length(), width));
    }

    /**
     * Formats a report.
     *
     * @param report the figures
     * @return its lines
     */
    public static List<String> lines(Report report) {
        Map<Workload, List<Result>> byWorkload = new LinkedHashMap<>();
        for (Result result : report.results()) {
            byWorkload
                    .computeIfAbsent(result.workload(), workload -> new ArrayList<>())
                    .add(result);
        }
        List<String> tables = new ArrayList<>();
        byWorkload.forEach((workload, results) -> tables.addAll(new TableReport(workload, results).lines()));
        return ReportFrame.around(report, tables);
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(workload.name() + ": " + workload.description() + ", " + workload.connectionCount()
                + " connections; ratios to " + results.get(0).baseline());
        if (workload.kind() == Workload.Kind.IDLE) {
            addMemory(lines);
        } else {
            addRates(lines);
            addLatencies(lines);
        }
        return lines;
    }

    private void addMemory(List<String> lines) {
        TextColumns memory = new TextColumns(nameWidth, MEMORY_WIDTHS);
        lines.add(memory.row("server", "KiB/conn", "baseline"));
        for (Result result : results) {
            lines.add(memory.row(
                    result.server(),
                    number(result.rate().median()),
                    number(result.of(round -> round.baseline().rate()).median())));
        }
    }

    private void addRates(List<String> lines) {
        TextColumns columns = new TextColumns(nameWidth, RATE_WIDTHS);
        boolean hasCalls = results.stream().anyMatch(result -> result.systemCalls() != null);
        lines.add(columns.row(
                "server",
                "verdict ",
                workload.unit(),
                "ratio",
                "quartiles",
                "best",
                "CPU us/op",
                "ratio",
                "least",
                "B/op",
                hasCalls ? "syscalls" : ""));
        for (Result result : results) {
            Statistics ratio = result.rateRatio();
            Result.SystemCalls calls = result.systemCalls();
            lines.add(columns.row(
                    result.server(),
                    FigureFormat.verdict(result),
                    number(result.rate().median()),
                    ratio(ratio.median()),
                    ratio(ratio.lowerQuartile()) + ".." + ratio(ratio.upperQuartile()),
                    ratio(result.bestRatio()),
                    number(result.of(round -> round.candidate().cpuMicros()).median()),
                    ratio(result.cpuRatio().median()),
                    ratio(result.leastCpuRatio()),
                    number(result.of(round -> round.candidate().allocatedBytes())
                            .median()),
                    calls == null ? "" : number(calls.candidate())));
        }
        Result.SystemCalls calls = results.get(0).systemCalls();
        lines.add(columns.row(
                baseline,
                "1.00 ",
                number(Result.ofBaseline(results, Round.Sample::rate)),
                "",
                "",
                "",
                number(Result.ofBaseline(results, Round.Sample::cpuMicros)),
                "",
                "",
                number(Result.ofBaseline(results, Round.Sample::allocatedBytes)),
                calls == null ? "" : number(calls.baseline())));
    }

    private void addLatencies(List<String> lines) {
        TextColumns columns = new TextColumns(nameWidth, LATENCY_WIDTHS);
        Histogram ofBaseline = new Histogram(3);
        Histogram delays = new Histogram(3);
        for (Result result : results) {
            Result.Latencies latencies = result.latencies();
            if (latencies == null) {
                continue;
            }
            if (ofBaseline.getTotalCount() == 0) {
                lines.add(columns.row("  latency in us", "at req/s", "p50", "p90", "p99", "p99.9", "longest"));
            }
            lines.add(latency(columns, result.server(), number(latencies.ratePerSecond()), latencies.candidate()));
            if (latencies.candidateUnanswered() > 0) {
                lines.add("  not every request was answered: " + latencies.candidateUnanswered()
                        + " replies were missing 2 s after the last request");
            }
            ofBaseline.add(latencies.baseline());
            delays.add(latencies.delays());
        }
        if (ofBaseline.getTotalCount() > 0) {
            lines.add(latency(columns, baseline, "", ofBaseline));
            lines.add(latency(columns, "generator late", "", delays));
        }
    }

    private static String latency(TextColumns columns, String row, String rate, Histogram nanos) {
        return columns.row(
                row,
                rate,
                number(nanos.getValueAtPercentile(50) / 1e3),
                number(nanos.getValueAtPercentile(90) / 1e3),
                number(nanos.getValueAtPercentile(99) / 1e3),
                number(nanos.getValueAtPercentile(99.9) / 1e3),
                number(nanos.getMaxValue() / 1e3));
    }
}
