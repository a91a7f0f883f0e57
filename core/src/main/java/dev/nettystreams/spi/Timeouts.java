package dev.nettystreams.spi;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Converts durations for timers and for messages. */
public final class Timeouts {
    private Timeouts() {}

    /**
     * Converts a duration to nanoseconds, limited to the range of a timer: 292 years in either direction.
     *
     * @param timeout any duration
     * @return the number of nanoseconds; negative for a negative {@code timeout}
     */
    public static long saturatedNanos(Duration timeout) {
        try {
            return timeout.toNanos();
        } catch (ArithmeticException e) {
            return timeout.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    /**
     * Formats a duration for a message: {@code 60 s}, {@code 2.5 s}, {@code 200 ms}.
     *
     * @param timeout any duration
     * @return the number and its unit: seconds, or a smaller unit for durations below one second
     */
    public static String toText(Duration timeout) {
        if (timeout.getNano() == 0) {
            return timeout.toSeconds() + " s";
        }
        if (timeout.compareTo(Duration.ofSeconds(1)) > 0) {
            String fraction =
                    String.format(Locale.ROOT, "%09d", timeout.getNano()).replaceFirst("0+$", "");
            return timeout.getSeconds() + "." + fraction + " s";
        }
        long nanos = saturatedNanos(timeout);
        for (TimeUnit unit : new TimeUnit[] {TimeUnit.MILLISECONDS, TimeUnit.MICROSECONDS}) {
            if (nanos % unit.toNanos(1) == 0) {
                return nanos / unit.toNanos(1) + (unit == TimeUnit.MILLISECONDS ? " ms" : " us");
            }
        }
        return nanos + " ns";
    }
}
