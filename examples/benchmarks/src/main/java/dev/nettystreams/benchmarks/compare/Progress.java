package dev.nettystreams.benchmarks.compare;

import java.time.Duration;
import java.util.Locale;

/**
 * The time left, from the estimates of what is done and of what is to do: the estimates are scaled by how wrong they
 * have been so far.
 */
public final class Progress {
    private final Duration whole;
    private final int stepCount;
    private Duration done = Duration.ZERO;
    private int doneCount;

    /**
     * Begins at the first step.
     *
     * @param whole the estimate of all steps
     * @param stepCount the number of steps
     */
    public Progress(Duration whole, int stepCount) {
        this.whole = whole;
        this.stepCount = stepCount;
    }

    /** Takes note of the end of a step. */
    void finished(Duration estimate) {
        done = done.plus(estimate);
        doneCount++;
    }

    /** Returns the estimate of what is to do, as it was planned. */
    Duration planned() {
        return whole.minus(done);
    }

    /** Returns the estimate of the time left. */
    Duration left(Duration elapsed) {
        Duration rest = planned();
        if (done.isZero()) {
            return rest;
        }
        double scale = (double) elapsed.toMillis() / done.toMillis();
        return Duration.ofMillis((long) (rest.toMillis() * scale));
    }

    /** Returns the place and the time left in words. */
    String text(Duration elapsed) {
        return String.format(Locale.ROOT, "[%d/%d, %s left]", doneCount, stepCount, inWords(left(elapsed)));
    }

    static String inWords(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds >= 3600) {
            return String.format(Locale.ROOT, "%d h %d min", seconds / 3600, seconds / 60 % 60);
        }
        return seconds >= 60 ? String.format(Locale.ROOT, "%d min %d s", seconds / 60, seconds % 60) : seconds + " s";
    }
}
