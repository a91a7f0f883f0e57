package dev.nettystreams.benchmarks.compare;

import dev.nettystreams.benchmarks.load.Workload;
import java.awt.Color;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;

/**
 * A report as charts of the verdicts: for each workload one bar for each server, whose height is the ratio. A chart has
 * as many workloads as it has room for.
 */
public final class ChartReport {
    private static final int WIDTH = 1200;
    private static final int HEIGHT = 480;
    private static final int MOST_BARS = 60;

    private ChartReport() {}

    /**
     * Returns the charts.
     *
     * @param report the figures
     * @return none if there is nothing to show
     */
    public static List<Chart<?, ?>> charts(Report report) {
        Map<String, Map<String, Double>> scores = scores(report);
        Set<String> all = new LinkedHashSet<>();
        scores.values().forEach(byWorkload -> all.addAll(byWorkload.keySet()));
        List<String> workloads = List.copyOf(all);
        List<Chart<?, ?>> charts = new ArrayList<>();
        int inOne = Math.max(1, MOST_BARS / Math.max(1, scores.size()));
        for (int from = 0; from < workloads.size(); from += inOne) {
            charts.add(chart(report, scores, workloads.subList(from, Math.min(workloads.size(), from + inOne))));
        }
        return charts;
    }

    /** Returns the verdict by server, then by workload. Memory is no part of it: less is better there. */
    static Map<String, Map<String, Double>> scores(Report report) {
        Map<String, Map<String, Double>> scores = new LinkedHashMap<>();
        for (Result result : report.results()) {
            if (result.workload().kind() != Workload.Kind.IDLE && Double.isFinite(result.score())) {
                scores.computeIfAbsent(result.server(), server -> new LinkedHashMap<>())
                        .put(result.workload().name(), result.score());
            }
        }
        return scores;
    }

    /** Names what the bars are: mostly rates, and processor times where the generator was the limit. */
    static String title(Report report) {
        boolean isPartlyByCpu = report.results().stream().anyMatch(Result::isByCpu);
        return (isPartlyByCpu ? "Rate, or processor time where the generator was the limit," : "Rate")
                + " as a ratio to " + report.results().get(0).baseline() + ", higher is better" + caveat(report);
    }

    /** Returns the end of a title: the reasons not to trust the figures. */
    static String caveat(Report report) {
        return (report.settings().isForPublication() ? "" : ": NOT FOR PUBLICATION")
                + (report.isComplete() ? "" : ", interrupted");
    }

    private static CategoryChart chart(Report report, Map<String, Map<String, Double>> scores, List<String> workloads) {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title(report))
                .xAxisTitle("workload, on " + report.facts().getOrDefault("CPU", "an unknown processor"))
                .yAxisTitle("ratio")
                .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler().setAvailableSpaceFill(0.9);
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        List<Color> colors = new ArrayList<>();
        int number = 0;
        for (Map.Entry<String, Map<String, Double>> server : scores.entrySet()) {
            List<@Nullable Double> heights = new ArrayList<>();
            for (String workload : workloads) {
                heights.add(server.getValue().get(workload));
            }
            // Neighbours differ in brightness, too.
            colors.add(Color.getHSBColor((float) number / scores.size(), 0.7f, number % 2 == 0 ? 0.9f : 0.6f));
            number++;
            if (heights.stream().anyMatch(Objects::nonNull)) {
                chart.addSeries(server.getKey(), workloads, heights).setFillColor(colors.get(number - 1));
            }
        }
        return chart;
    }
}
