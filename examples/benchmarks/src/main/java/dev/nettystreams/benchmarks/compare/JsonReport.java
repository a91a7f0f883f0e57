package dev.nettystreams.benchmarks.compare;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Writer;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** A report as JSON, with every round. A figure that could not be taken is null. */
public final class JsonReport {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 100};

    private final JsonGenerator json;

    private JsonReport(JsonGenerator json) {
        this.json = json;
    }

    /**
     * Writes a report.
     *
     * @param report the figures
     * @param target the file's writer
     * @throws IOException if the target fails
     */
    public static void write(Report report, Writer target) throws IOException {
        try (JsonGenerator json = new JsonFactory().createGenerator(target).useDefaultPrettyPrinter()) {
            new JsonReport(json).write(report);
        }
    }

    private void write(Report report) throws IOException {
        json.writeStartObject();
        json.writeStringField("time", report.time().toString());
        json.writeStringField("command", report.command());
        json.writeBooleanField("complete", report.isComplete());
        json.writeBooleanField("forPublication", report.settings().isForPublication());
        writeStrings("remarks", report.remarks());
        writeStrings("leftOut", report.leftOut());
        json.writeObjectFieldStart("machine");
        for (Map.Entry<String, String> fact : report.facts().entrySet()) {
            json.writeStringField(fact.getKey(), fact.getValue());
        }
        json.writeEndObject();
        json.writeObjectFieldStart("settings");
        json.writeNumberField("warmUpSeconds", report.settings().warmUp().toMillis() / 1e3);
        json.writeNumberField("rounds", report.settings().rounds());
        json.writeNumberField("roundSeconds", report.settings().roundTime().toMillis() / 1e3);
        json.writeNumberField("latencyLoad", report.settings().latencyShare());
        json.writeNumberField("latencySeconds", report.settings().latencyTime().toMillis() / 1e3);
        json.writeEndObject();
        json.writeArrayFieldStart("results");
        for (Result result : report.results()) {
            write(result);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeStrings(String name, Iterable<String> strings) throws IOException {
        json.writeArrayFieldStart(name);
        for (String string : strings) {
            json.writeString(string);
        }
        json.writeEndArray();
    }

    private void write(Result result) throws IOException {
        json.writeStartObject();
        json.writeStringField("workload", result.workload().name());
        json.writeStringField("unit", result.workload().unit());
        json.writeNumberField("connections", result.workload().connectionCount());
        json.writeNumberField("depth", result.workload().depth());
        json.writeNumberField("eventLoops", result.workload().loops());
        json.writeStringField("server", result.server());
        json.writeStringField("baseline", result.baseline());
        writeNumber("score", result.score());
        json.writeStringField("scoreBy", result.isByCpu() ? "cpu" : "rate");
        json.writeBooleanField("disturbed", result.isDisturbed());
        write("rateRatio", result.rateRatio());
        writeNumber("bestRateRatio", result.bestRatio());
        write("cpuRatio", result.cpuRatio());
        writeNumber("leastCpuRatio", result.leastCpuRatio());
        json.writeArrayFieldStart("rounds");
        for (Round round : result.rounds()) {
            json.writeStartObject();
            write("server", round.candidate());
            write("baseline", round.baseline());
            json.writeEndObject();
        }
        json.writeEndArray();
        if (result.systemCalls() != null) {
            json.writeObjectFieldStart("systemCallsPerOperation");
            writeNumber("server", result.systemCalls().candidate());
            writeNumber("baseline", result.systemCalls().baseline());
            json.writeEndObject();
        }
        if (result.latencies() != null) {
            write(result.latencies());
        }
        json.writeEndObject();
    }

    private void write(String name, Statistics statistics) throws IOException {
        json.writeObjectFieldStart(name);
        writeNumber("least", statistics.least());
        writeNumber("lowerQuartile", statistics.lowerQuartile());
        writeNumber("median", statistics.median());
        writeNumber("upperQuartile", statistics.upperQuartile());
        writeNumber("most", statistics.most());
        json.writeEndObject();
    }

    private void write(String name, Round.Sample sample) throws IOException {
        json.writeObjectFieldStart(name);
        writeNumber("rate", sample.rate());
        writeNumber("cpuMicrosPerOperation", sample.cpuMicros());
        writeNumber("allocatedBytesPerOperation", sample.allocatedBytes());
        writeNumber("generatorShareOfItsCore", sample.generatorShare());
        writeNumber("serverShareOfItsCore", sample.serverShare());
        json.writeEndObject();
    }

    private void write(Result.Latencies latencies) throws IOException {
        json.writeObjectFieldStart("latencyMicros");
        writeNumber("ratePerSecond", latencies.ratePerSecond());
        json.writeNumberField("unanswered", latencies.candidateUnanswered());
        write("server", latencies.candidate());
        write("baseline", latencies.baseline());
        write("delayOfTheGenerator", latencies.delays());
        json.writeEndObject();
    }

    private void write(String name, Histogram histogram) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("count", histogram.getTotalCount());
        for (double percentile : PERCENTILES) {
            String key = percentile == 100 ? "most" : "p" + (percentile % 1 == 0 ? (int) percentile : percentile);
            writeNumber(key, histogram.getValueAtPercentile(percentile) / 1e3);
        }
        json.writeEndObject();
    }

    private void writeNumber(String name, double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumberField(name, value);
        } else {
            json.writeNullField(name);
        }
    }
}
