package dev.nettystreams.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.nettystreams.benchmarks.load.Workload;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportsTest {
    @TempDir
    static Path directory;

    private static Report report(Settings settings, boolean isComplete, double generatorShare) {
        Round.Sample baseline = new Round.Sample(1000, 10, 50, generatorShare, 0.9);
        Histogram latencies = new Histogram(3);
        latencies.recordValue(20_000);
        Result first = new Result(
                Workload.named("request-reply"),
                "slower",
                "raw-epoll",
                List.of(new Round(new Round.Sample(500, 20, Double.NaN, generatorShare, 0.9), baseline)),
                new Result.Latencies(500, latencies, latencies, latencies, 3),
                new Result.SystemCalls(2.5, 2));
        Result second = new Result(
                Workload.named("request-reply"),
                "faster",
                "raw-epoll",
                List.of(new Round(new Round.Sample(900, 11, 60, generatorShare, 0.9), baseline)),
                new Result.Latencies(500, latencies, latencies, latencies, 0),
                new Result.SystemCalls(2.5, 2));
        Result idle = new Result(
                Workload.named("idle"),
                "faster",
                "raw-epoll",
                List.of(new Round(
                        new Round.Sample(10, Double.NaN, Double.NaN, 0, 0),
                        new Round.Sample(4, Double.NaN, Double.NaN, 0, 0))),
                null,
                null);
        return new Report(
                Instant.EPOCH,
                List.of("compare", "--quick"),
                Map.of("CPU", "abacus"),
                settings,
                List.of(first, second, idle),
                List.of("uvloop: uvloop is not installed"),
                isComplete);
    }

    private static String table(Report report) {
        return String.join("\n", TableReport.lines(report));
    }

    @Test
    void table_hasTheBestFirst_theMachine_andTheMissing() {
        String table = table(report(Settings.WHOLE, true, 0.5));
        assertThat(table)
                .contains("CPU: abacus", "command: compare --quick", "uvloop: uvloop is not installed")
                .contains("replies were missing")
                .doesNotContain("PUBLICATION", "INTERRUPTED", "*");
        assertThat(table.indexOf("faster")).isLessThan(table.indexOf("slower"));
        assertThat(table).containsPattern("faster +0.90 +900 +0.90 +0.90..0.90 +0.90 +11.0 +1.10 +1.10 +60.0");
        assertThat(table).containsPattern("slower +0.50 .* - +2.50\n");
        assertThat(table).containsPattern("\\(raw-epoll\\) +1.00 +1,000 +10.0 +50.0");
    }

    @Test
    void table_saysWhatAReaderMustNotMiss() {
        assertThat(table(report(Settings.QUICK, false, 0.95)))
                .contains(
                        "NOT FOR PUBLICATION",
                        "INTERRUPTED",
                        "Time was short",
                        "* The generator used more than 90 %",
                        "0.91*");
    }

    @Test
    void table_fitsATerminal_withItsLatenciesBelow() {
        List<String> lines = TableReport.lines(report(Settings.QUICK, false, 0.95));
        assertThat(lines).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(110));
        assertThat(String.join("\n", lines))
                .containsPattern("slower +500 +20.0 +20.0 +20.0 +20.0 +20.0\n")
                .containsPattern("generator late +20.0")
                .contains("The generator sent requests late");
    }

    @Test
    void chartsTitle_namesTheBars() {
        assertThat(ChartReport.title(report(Settings.WHOLE, true, 0.5)))
                .isEqualTo("Rate as a ratio to raw-epoll, higher is better");
        assertThat(ChartReport.title(report(Settings.QUICK, true, 0.95)))
                .startsWith("Rate, or processor time where the generator was the limit, as a ratio")
                .endsWith(": NOT FOR PUBLICATION");
    }

    @Test
    void command_isQuotedAsForAShell() {
        Report report = report(Settings.WHOLE, true, 0.5);
        Report quoted = new Report(
                report.time(),
                List.of("compare", "--server", "mine=java -jar my.jar", "it's"),
                report.facts(),
                report.settings(),
                report.results(),
                report.leftOut(),
                true);
        assertThat(quoted.command()).isEqualTo("compare --server 'mine=java -jar my.jar' 'it'\\''s'");
    }

    @Test
    void growth_isATableAndACurveForEachServer() throws Exception {
        Growth growth = new Growth(20);
        assertThat(growth.points(Growth.Axis.CONNECTIONS).stream().map(Growth.Point::size))
                .containsExactly(1, 10, 20);
        Round.Sample sample = new Round.Sample(1000, 10, 50, 0.5, 0.9);
        Round.Sample half = new Round.Sample(500, 20, 50, 0.5, 0.9);
        List<Result> results = growth.workloads().stream()
                .map(workload ->
                        new Result(workload, "slower", "raw-epoll", List.of(new Round(half, sample)), null, null))
                .toList();
        Report whole = report(Settings.QUICK, false, 0.5);
        Report report = new Report(
                whole.time(), whole.commandLine(), whole.facts(), whole.settings(), results, List.of(), false);
        String table = String.join("\n", GrowthTable.lines(report, growth));
        assertThat(table)
                .containsPattern(" 1,048,576 +\\(raw-epoll\\) +1,000 +10.0 +50.0\n +slower +500 +20.0 +50.0 +0.50 ")
                .contains("as the number of event loops grows", "NOT FOR PUBLICATION");
        assertThat(table.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(110));
        assertThat(ChartFiles.write(GrowthChart.charts(report, growth), directory.resolve("growth")))
                .isTrue();
        assertThat(Files.readString(directory.resolve("growth.svg"))).contains("<svg");
        assertThat(GrowthChart.charts(report, growth))
                .hasSize(6)
                .allSatisfy(chart -> assertThat(chart.getTitle()).contains("NOT FOR PUBLICATION, interrupted"));
    }

    @Test
    void json_isWhole_withNullForTheUnknown() throws Exception {
        StringWriter text = new StringWriter();
        JsonReport.write(report(Settings.QUICK, false, 0.95), text);
        try (JsonParser json = new JsonFactory().createParser(text.toString())) {
            while (json.nextToken() != null) {
                // a malformed document throws
            }
        }
        assertThat(text.toString())
                .contains(
                        "\"complete\" : false",
                        "\"forPublication\" : false",
                        "\"scoreBy\" : \"cpu\"",
                        "\"allocatedBytesPerOperation\" : null",
                        "\"p99.9\" : 20.0")
                .doesNotContain("NaN");
    }

    @Test
    void chart_isWrittenAsPngAndSvg_withoutMemory() throws Exception {
        Report report = report(Settings.QUICK, true, 0.5);
        assertThat(ChartReport.scores(report))
                .isEqualTo(Map.of("slower", Map.of("request-reply", 0.5), "faster", Map.of("request-reply", 0.9)));
        assertThat(ChartFiles.write(ChartReport.charts(report), directory.resolve("chart")))
                .isTrue();
        assertThat(Files.readAllBytes(directory.resolve("chart.png"))).startsWith(0x89, 'P', 'N', 'G');
        assertThat(Files.readString(directory.resolve("chart.svg"))).contains("<svg");
    }
}
