package dev.nettystreams.benchmarks.compare;

import dev.nettystreams.benchmarks.load.Workload;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** A report as tables of text, one for each workload, the best server first. */
public final class TableReport {
    private static final int NAME_WIDTH = 22;

    private TableReport() {}

    /**
     * Formats a report.
     *
     * @param report the figures
     * @return its lines
     */
    public static List<String> lines(Report report) {
        List<String> lines = new ArrayList<>();
        report.facts().forEach((name, value) -> lines.add(name + ": " + value));
        lines.add("command: " + String.join(" ", report.commandLine()));
        Map<Workload, List<Result>> byWorkload = new LinkedHashMap<>();
        for (Result result : report.results()) {
            byWorkload
                    .computeIfAbsent(result.workload(), workload -> new ArrayList<>())
                    .add(result);
        }
        byWorkload.forEach((workload, results) -> addTable(lines, workload, results));
        if (!report.leftOut().isEmpty()) {
            lines.add("");
            lines.add("Left out:");
            report.leftOut().forEach(line -> lines.add("  " + line));
        }
        lines.add("");
        lines.addAll(report.remarks());
        return lines;
    }

    private static void addTable(List<String> lines, Workload workload, List<Result> results) {
        lines.add("");
        lines.add(workload.name() + ": " + workload.description() + ", " + workload.connectionCount()
                + " connections; ratios to " + results.get(0).baseline());
        boolean isIdle = workload.kind() == Workload.Kind.IDLE;
        lines.add(isIdle ? idleHeader() : header(workload, results));
        results.stream()
                .sorted(Comparator.comparingDouble(Result::score).reversed())
                .forEach(result -> lines.add(isIdle ? idleRow(result) : row(result)));
        if (!isIdle) {
            lines.add(baselineRow(results));
        }
        results.stream()
                .map(Result::latencies)
                .filter(latencies -> latencies != null && latencies.candidateUnanswered() > 0)
                .forEach(latencies -> lines.add("  not every request was answered: " + latencies.candidateUnanswered()
                        + " replies were missing 2 s after the last request"));
    }

    private static String header(Workload workload, List<Result> results) {
        String header = pad("server")
                + String.format(
                        Locale.ROOT,
                        "%8s %10s %7s %12s %6s %9s %6s %6s %9s",
                        "verdict",
                        workload.unit(),
                        "ratio",
                        "quartiles",
                        "best",
                        "CPU us/op",
                        "ratio",
                        "least",
                        "B/op");
        if (results.stream().anyMatch(result -> result.systemCalls() != null)) {
            header += String.format(Locale.ROOT, " %9s", "syscalls");
        }
        Result.Latencies latencies = results.get(0).latencies();
        if (latencies != null) {
            header += String.format(
                    Locale.ROOT, "   latency in us at %.0f/s: p50, p99, p99.9", latencies.ratePerSecond());
        }
        return header;
    }

    private static String row(Result result) {
        Statistics ratio = result.rateRatio();
        String row = pad(result.server())
                + String.format(
                        Locale.ROOT,
                        "%7.2f%s %10s %7.2f %12s %6.2f %9s %6s %6s %9s",
                        result.score(),
                        result.isByCpu() ? "*" : result.isDisturbed() ? "?" : " ",
                        number(result.rate().median()),
                        ratio.median(),
                        String.format(Locale.ROOT, "%.2f..%.2f", ratio.lowerQuartile(), ratio.upperQuartile()),
                        result.bestRatio(),
                        number(result.of(round -> round.candidate().cpuMicros()).median()),
                        ratio(result.cpuRatio().median()),
                        ratio(result.leastCpuRatio()),
                        number(result.of(round -> round.candidate().allocatedBytes())
                                .median()));
        if (result.systemCalls() != null) {
            row += String.format(
                    Locale.ROOT, " %9s", number(result.systemCalls().candidate()));
        }
        Result.Latencies latencies = result.latencies();
        return latencies == null ? row : row + "   " + latency(latencies.candidate());
    }

    private static String baselineRow(List<Result> results) {
        List<Round> rounds =
                results.stream().flatMap(result -> result.rounds().stream()).toList();
        String row = pad("(" + results.get(0).baseline() + ")")
                + String.format(
                        Locale.ROOT,
                        "%8s %10s %7s %12s %6s %9s %6s %6s %9s",
                        "1.00 ",
                        number(median(rounds, Figure.RATE)),
                        "",
                        "",
                        "",
                        number(median(rounds, Figure.CPU)),
                        "",
                        "",
                        number(median(rounds, Figure.ALLOCATED)));
        Result.SystemCalls calls = results.get(0).systemCalls();
        if (calls != null) {
            row += String.format(Locale.ROOT, " %9s", number(calls.baseline()));
        }
        Histogram latencies = new Histogram(3);
        results.stream()
                .map(Result::latencies)
                .filter(each -> each != null)
                .forEach(each -> latencies.add(each.baseline()));
        return latencies.getTotalCount() == 0 ? row.stripTrailing() : row + "   " + latency(latencies);
    }

    private enum Figure {
        RATE,
        CPU,
        ALLOCATED
    }

    private static double median(List<Round> rounds, Figure figure) {
        return Statistics.of(rounds.stream()
                        .map(Round::baseline)
                        .map(sample -> switch (figure) {
                            case RATE -> sample.rate();
                            case CPU -> sample.cpuMicros();
                            case ALLOCATED -> sample.allocatedBytes();
                        })
                        .toList())
                .median();
    }

    private static String idleHeader() {
        return pad("server") + String.format(Locale.ROOT, "%10s %10s", "KiB/conn", "baseline");
    }

    private static String idleRow(Result result) {
        return pad(result.server())
                + String.format(
                        Locale.ROOT,
                        "%10s %10s",
                        number(result.rate().median()),
                        number(result.of(round -> round.baseline().rate()).median()));
    }

    private static String latency(Histogram latencies) {
        return String.format(
                Locale.ROOT,
                "%s, %s, %s",
                number(latencies.getValueAtPercentile(50) / 1e3),
                number(latencies.getValueAtPercentile(99) / 1e3),
                number(latencies.getValueAtPercentile(99.9) / 1e3));
    }

    private static String pad(String name) {
        return String.format(Locale.ROOT, "%-" + NAME_WIDTH + "s ", name);
    }

    private static String ratio(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.2f", value) : "-";
    }

    /** Three or four significant digits; a hyphen for what is unknown. */
    private static String number(double value) {
        if (!Double.isFinite(value)) {
            return "-";
        }
        double size = Math.abs(value);
        String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }
}
