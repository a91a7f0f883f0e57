package dev.nettystreams.benchmarks.compare;

import dev.nettystreams.benchmarks.load.Workload;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one pair under one workload.
 *
 * @param workload the load
 * @param server the name of the server
 * @param baseline the name of the baseline
 * @param rounds the rounds that were measured
 * @param latencies the latencies of both in the open loop; null if they were not measured
 * @param systemCalls the system calls of both for each operation; null if they were not counted
 */
public record Result(
        Workload workload,
        String server,
        String baseline,
        List<Round> rounds,
        @Nullable Latencies latencies,
        @Nullable SystemCalls systemCalls) {
    /** Above this share of its core, the generator is the limit of a rate. */
    static final double GENERATOR_LIMIT = 0.9;

    /** Below this share of its core on both sides, other work of the machine is the limit of a rate. */
    static final double DISTURBED_LIMIT = 0.6;

    /**
     * The latencies of both servers at the same rate, in nanoseconds.
     *
     * @param ratePerSecond the rate
     * @param candidate the server's
     * @param baseline the baseline's
     * @param delays of the generator itself
     * @param candidateUnanswered requests of the server without a reply
     */
    public record Latencies(
            double ratePerSecond, Histogram candidate, Histogram baseline, Histogram delays, long candidateUnanswered) {
        /** Returns whether the delay of the generator is a large part of what it measured. */
        boolean isGeneratorLate() {
            return 2 * delays.getValueAtPercentile(99) > baseline.getValueAtPercentile(99);
        }
    }

    /**
     * The system calls for each operation.
     *
     * @param candidate the server's
     * @param baseline the baseline's
     */
    public record SystemCalls(double candidate, double baseline) {}

    Statistics of(ToDoubleFunction<Round> figure) {
        return Statistics.of(rounds.stream().map(figure::applyAsDouble).toList());
    }

    /** Returns the median of a figure of the baseline over several pairs. */
    static double ofBaseline(List<Result> results, ToDoubleFunction<Round.Sample> figure) {
        return Statistics.of(results.stream()
                        .flatMap(result -> result.rounds().stream())
                        .map(round -> figure.applyAsDouble(round.baseline()))
                        .toList())
                .median();
    }

    Statistics rate() {
        return of(round -> round.candidate().rate());
    }

    Statistics rateRatio() {
        return of(Round::rateRatio);
    }

    Statistics cpuRatio() {
        return of(Round::cpuRatio);
    }

    /** Returns the ratio of the best rates. */
    double bestRatio() {
        return rate().most() / of(round -> round.baseline().rate()).most();
    }

    /** Returns the ratio of the least processor times, which noise distorts the least: it only ever adds. */
    double leastCpuRatio() {
        return of(round -> round.candidate().cpuMicros()).least()
                / of(round -> round.baseline().cpuMicros()).least();
    }

    /** Returns whether the generator was the limit in most rounds, so that processor times are compared. */
    boolean isByCpu() {
        return workload.kind() != Workload.Kind.IDLE
                && 2 * rounds.stream().filter(Round::isGeneratorBound).count() > rounds.size()
                && Double.isFinite(cpuRatio().median());
    }

    /** Returns whether other work of the machine was the limit in most rounds. */
    boolean isDisturbed() {
        boolean isAlwaysUnderWay = workload.connectionCount() * workload.depth() > 1; // one request: both sides wait
        return workload.kind() == Workload.Kind.RATE
                && isAlwaysUnderWay
                && 2 * rounds.stream().filter(Round::isDisturbed).count() > rounds.size();
    }

    /** Returns the verdict: how many times the baseline this server is, by rate or by processor time. */
    double score() {
        return isByCpu() ? 1 / cpuRatio().median() : rateRatio().median();
    }
}
