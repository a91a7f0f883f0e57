package dev.nettystreams.benchmarks.compare;

import java.util.Collection;

/**
 * The distribution of some figures.
 *
 * @param least the smallest
 * @param lowerQuartile a quarter is below
 * @param median half is below
 * @param upperQuartile a quarter is above
 * @param most the largest
 */
public record Statistics(double least, double lowerQuartile, double median, double upperQuartile, double most) {
    /** No figures. */
    static final Statistics NONE = new Statistics(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

    /**
     * Describes figures. Those that are unknown (NaN) are left out.
     *
     * @param figures in any order
     * @return their distribution; all NaN if there are none
     */
    public static Statistics of(Collection<Double> figures) {
        double[] sorted = figures.stream()
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        if (sorted.length == 0) {
            return NONE;
        }
        return new Statistics(
                sorted[0],
                quantile(sorted, 0.25),
                quantile(sorted, 0.5),
                quantile(sorted, 0.75),
                sorted[sorted.length - 1]);
    }

    /** Interpolates between the neighbours, as R's type 7 and NumPy do. */
    private static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) Math.floor(place);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
