package dev.nettystreams.benchmarks.compare;

import java.awt.Color;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;

/** Growth as charts with logarithmic axes: the rate for each axis, and below it the processor time of a message. */
public final class GrowthChart {
    private static final int WIDTH = 520;
    private static final int HEIGHT = 380;

    /** The quantities on the vertical axis. */
    private enum Cost {
        RATE("messages/s") {
            @Override
            double of(Round.Sample sample) {
                return sample.rate();
            }
        },
        CPU("processor time in \u00b5s/message") {
            @Override
            double of(Round.Sample sample) {
                return sample.cpuMicros();
            }
        };

        private final String unit;

        Cost(String unit) {
            this.unit = unit;
        }

        abstract double of(Round.Sample sample);
    }

    /** One curve. */
    private record Curve(List<Double> sizes, List<Double> costs) {
        void add(double size, double cost) {
            if (cost > 0 && Double.isFinite(cost)) { // an unknown figure, or a time below one tick
                sizes.add(size);
                costs.add(cost);
            }
        }
    }

    private GrowthChart() {}

    /**
     * Returns the charts.
     *
     * @param report the figures
     * @param growth the points that were measured
     * @return none if there is nothing to show
     */
    public static List<Chart<?, ?>> charts(Report report, Growth growth) {
        List<Chart<?, ?>> charts = new ArrayList<>();
        if (report.results().isEmpty()) {
            return charts;
        }
        for (Cost cost : Cost.values()) {
            for (Growth.Axis axis : Growth.Axis.values()) {
                charts.add(chart(report, growth, axis, cost));
            }
        }
        return charts;
    }

    private static XYChart chart(Report report, Growth growth, Growth.Axis axis, Cost cost) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title("Echo, " + axis.others + ChartReport.caveat(report))
                .xAxisTitle(axis.quantity)
                .yAxisTitle(cost.unit)
                .build();
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
        chart.getStyler().setLegendLayout(Styler.LegendLayout.Horizontal);
        chart.getStyler()
                .setChartTitleFont(chart.getStyler().getChartTitleFont().deriveFont(11f));
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        Map<String, Curve> curves = curves(report, growth, axis, cost);
        // Whole decades, because an axis has labels at powers of ten only.
        List<Double> sizes = curves.values().stream()
                .flatMap(curve -> curve.sizes().stream())
                .toList();
        chart.getStyler().setXAxisMin(decade(Statistics.of(sizes).least(), Math::floor));
        chart.getStyler().setXAxisMax(decade(Statistics.of(sizes).most(), Math::ceil));
        List<Double> costs = curves.values().stream()
                .flatMap(curve -> curve.costs().stream())
                .toList();
        chart.getStyler().setYAxisMin(decade(Statistics.of(costs).least(), Math::floor));
        chart.getStyler().setYAxisMax(decade(Statistics.of(costs).most(), Math::ceil));
        curves.forEach((server, curve) -> {
            if (!curve.sizes().isEmpty()) {
                chart.addSeries(server, curve.sizes(), curve.costs());
            }
        });
        return chart;
    }

    private static double decade(double figure, DoubleUnaryOperator rounding) {
        return Double.isFinite(figure) ? Math.pow(10, rounding.applyAsDouble(Math.log10(figure))) : 1;
    }

    private static Map<String, Curve> curves(Report report, Growth growth, Growth.Axis axis, Cost cost) {
        Map<String, Curve> curves = new LinkedHashMap<>();
        for (Growth.Point point : growth.points(axis)) {
            List<Result> results = report.resultsOf(point.workload());
            if (!results.isEmpty()) {
                curve(curves, "(" + results.get(0).baseline() + ")")
                        .add(point.size(), Result.ofBaseline(results, cost::of));
            }
            for (Result result : results) {
                curve(curves, result.server())
                        .add(
                                point.size(),
                                result.of(round -> cost.of(round.candidate())).median());
            }
        }
        return curves;
    }

    private static Curve curve(Map<String, Curve> curves, String server) {
        return curves.computeIfAbsent(server, each -> new Curve(new ArrayList<>(), new ArrayList<>()));
    }
}
