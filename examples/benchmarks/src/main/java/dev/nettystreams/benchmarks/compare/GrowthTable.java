package dev.nettystreams.benchmarks.compare;

import static dev.nettystreams.benchmarks.compare.FigureFormat.number;
import static dev.nettystreams.benchmarks.compare.FigureFormat.ratio;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Growth as tables of text, one for each axis. */
public final class GrowthTable {
    private GrowthTable() {}

    /**
     * Formats a report.
     *
     * @param report the figures
     * @param growth the points that were measured
     * @return its lines
     */
    public static List<String> lines(Report report, Growth growth) {
        List<String> tables = new ArrayList<>();
        for (Growth.Axis axis : Growth.Axis.values()) {
            tables.add("");
            tables.add("echo, as the number of " + axis.quantity + " grows: " + axis.others);
            tables.add(format(axis.quantity, "server", "messages/s", "CPU us", "B", "verdict ", "CPU"));
            for (Growth.Point point : growth.points(axis)) {
                addRows(tables, point, report.resultsOf(point.workload()));
            }
        }
        return ReportFrame.around(report, tables);
    }

    /** The baseline's figures, and then the servers' with their ratios in the same rounds. */
    private static void addRows(List<String> lines, Growth.Point point, List<Result> results) {
        String size = String.format(Locale.ROOT, "%,d", point.size());
        if (results.isEmpty()) {
            lines.add(format(size, "-", "-", "-", "-", "-", "-"));
            return;
        }
        lines.add(format(
                size,
                "(" + results.get(0).baseline() + ")",
                number(Result.ofBaseline(results, Round.Sample::rate)),
                number(Result.ofBaseline(results, Round.Sample::cpuMicros)),
                number(Result.ofBaseline(results, Round.Sample::allocatedBytes)),
                "",
                ""));
        for (Result result : results) {
            lines.add(format(
                    "",
                    result.server(),
                    number(result.rate().median()),
                    number(result.of(round -> round.candidate().cpuMicros()).median()),
                    number(result.of(round -> round.candidate().allocatedBytes())
                            .median()),
                    FigureFormat.verdict(result),
                    ratio(result.cpuRatio().median())));
        }
    }

    private static String format(@Nullable Object... values) {
        return String.format(Locale.ROOT, "%18s  %-22s %12s %9s %9s %9s %7s", values)
                .stripTrailing();
    }
}
