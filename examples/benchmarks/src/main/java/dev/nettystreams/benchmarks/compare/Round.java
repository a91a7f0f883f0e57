package dev.nettystreams.benchmarks.compare;

/**
 * One measurement of both servers of a pair.
 *
 * @param candidate the server
 * @param baseline the baseline, measured right before or after it
 */
public record Round(Sample candidate, Sample baseline) {
    /**
     * One measurement of one server. A figure that could not be taken is NaN.
     *
     * @param rate in the workload's unit
     * @param cpuMicros the server's processor time for each operation
     * @param allocatedBytes the bytes that the server allocated for each operation
     * @param generatorShare the share of its core that the generator used
     * @param serverShare the share of a core that the server used
     */
    public record Sample(
            double rate, double cpuMicros, double allocatedBytes, double generatorShare, double serverShare) {
        /** Returns whether something else held up both sides of a closed loop, of which one should be busy. */
        boolean isDisturbed() {
            return Math.max(generatorShare, serverShare) < Result.DISTURBED_LIMIT;
        }
    }

    double rateRatio() {
        return candidate.rate() / baseline.rate();
    }

    double cpuRatio() {
        return candidate.cpuMicros() / baseline.cpuMicros();
    }

    boolean isDisturbed() {
        return candidate.isDisturbed() || baseline.isDisturbed();
    }

    /** Returns whether the servers, or one of them, were faster than the generator. */
    boolean isGeneratorBound() {
        return Math.max(candidate.generatorShare(), baseline.generatorShare()) > Result.GENERATOR_LIMIT;
    }
}
