package dev.nettystreams.benchmarks.compare;

import de.erichseifert.vectorgraphics2d.Document;
import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import dev.nettystreams.benchmarks.load.Workload;
import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler;

/** A report as a chart of the verdicts: for each workload one bar for each server, whose height is the ratio. */
public final class ChartReport {
    private static final int HEIGHT = 520;
    private static final int LEAST_WIDTH = 900;
    private static final int BAR_WIDTH = 18;
    private static final int RESOLUTION = 144;

    private ChartReport() {}

    /**
     * Writes PREFIX.png and PREFIX.svg, unless there is nothing to show.
     *
     * @param report the figures
     * @param prefix the path without its ending
     * @return whether there was something to show
     * @throws IOException if a file cannot be written
     */
    public static boolean write(Report report, Path prefix) throws IOException {
        System.setProperty("java.awt.headless", "true");
        Map<String, Map<String, Double>> scores = scores(report);
        if (scores.isEmpty()) {
            return false;
        }
        CategoryChart chart = chart(report, scores);
        BitmapEncoder.saveBitmapWithDPI(chart, prefix.toString(), BitmapEncoder.BitmapFormat.PNG, RESOLUTION);
        writeSvg(chart, Path.of(prefix + ".svg"));
        return true;
    }

    private static void writeSvg(CategoryChart chart, Path file) throws IOException {
        VectorGraphics2D drawing = new VectorGraphics2D();
        chart.paint(drawing, chart.getWidth(), chart.getHeight());
        Document svg = Processors.get("svg")
                .getDocument(drawing.getCommands(), new PageSize(0, 0, chart.getWidth(), chart.getHeight()));
        try (OutputStream target = Files.newOutputStream(file)) {
            svg.writeTo(target);
        }
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

    private static CategoryChart chart(Report report, Map<String, Map<String, Double>> scores) {
        Set<String> workloads = new LinkedHashSet<>();
        scores.values().forEach(byWorkload -> workloads.addAll(byWorkload.keySet()));
        int bars = scores.size() * workloads.size();
        String title = "Ratio to " + report.results().get(0).baseline() + " (higher is better)"
                + (report.settings().isForPublication() ? "" : ": NOT FOR PUBLICATION")
                + (report.isComplete() ? "" : ", interrupted");
        CategoryChart chart = new CategoryChartBuilder()
                .width(Math.max(LEAST_WIDTH, 300 + bars * BAR_WIDTH))
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(report.facts().getOrDefault("CPU", ""))
                .yAxisTitle("ratio")
                .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler().setAvailableSpaceFill(0.9);
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        scores.forEach((server, byWorkload) -> {
            List<@Nullable Double> heights = new ArrayList<>();
            for (String workload : workloads) {
                heights.add(byWorkload.get(workload));
            }
            chart.addSeries(server, new ArrayList<>(workloads), heights);
        });
        return chart;
    }
}
