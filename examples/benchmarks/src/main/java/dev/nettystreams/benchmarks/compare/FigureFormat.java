package dev.nettystreams.benchmarks.compare;

import java.util.Locale;

/** Figures as text. An unknown one is a hyphen. */
final class FigureFormat {
    private static final String UNKNOWN = "-";

    private FigureFormat() {}

    /** Three or four significant digits. */
    static String number(double value) {
        if (!Double.isFinite(value)) {
            return UNKNOWN;
        }
        double size = Math.abs(value);
        String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }

    /** Two decimal places. */
    static String ratio(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.2f", value) : UNKNOWN;
    }

    /** The verdict of a result with its mark: {@code *} if it is by processor time, {@code ?} if it says little. */
    static String verdict(Result result) {
        return ratio(result.score()) + (result.isByCpu() ? "*" : result.isDisturbed() ? "?" : " ");
    }
}
