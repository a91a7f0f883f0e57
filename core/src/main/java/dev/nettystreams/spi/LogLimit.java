package dev.nettystreams.spi;

import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A rate limit for log messages that a peer can cause: at most {@code linesPerSecond} lines per second. The first line
 * of a later second tells how many lines were left out. Any thread may call any method.
 */
public final class LogLimit {
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int linesPerSecond;
    private final LongSupplier nanoClock;
    private long secondBeginNanos; // guarded by this, like the two fields below
    private int lineCount;
    private long leftOutCount;

    /**
     * Creates a limit that uses the system clock.
     *
     * @param linesPerSecond the maximum number of lines per second; one or more
     */
    public LogLimit(int linesPerSecond) {
        this(linesPerSecond, System::nanoTime);
    }

    /**
     * Creates a limit that uses the given clock.
     *
     * @param linesPerSecond the maximum number of lines per second; one or more
     * @param nanoClock the clock, in nanoseconds, with the contract of {@link System#nanoTime}
     */
    public LogLimit(int linesPerSecond, LongSupplier nanoClock) {
        if (linesPerSecond < 1) {
            throw new IllegalArgumentException("linesPerSecond < 1: " + linesPerSecond);
        }
        this.linesPerSecond = linesPerSecond;
        this.nanoClock = nanoClock;
        this.secondBeginNanos = nanoClock.getAsLong();
    }

    /**
     * Logs a line, unless the limit for this second is reached.
     *
     * @param logger the logger to use
     * @param level the level of the line; a line that the logger does not accept is not counted
     * @param message supplies the message; called only if the line is logged
     * @param cause the exception whose stack trace is logged, or null
     */
    public void log(System.Logger logger, Level level, Supplier<String> message, @Nullable Throwable cause) {
        if (!logger.isLoggable(level)) {
            return;
        }
        long leftOut = admit();
        if (leftOut < 0) {
            return;
        }
        String text = text(message, leftOut);
        if (cause == null) {
            logger.log(level, text);
        } else {
            logger.log(level, text, cause);
        }
    }

    /**
     * Writes a line, unless the limit for this second is reached. For programs without a logger.
     *
     * @param sink receives the line
     * @param message supplies the message; called only if the line is written
     */
    public void write(Consumer<String> sink, Supplier<String> message) {
        long leftOut = admit();
        if (leftOut >= 0) {
            sink.accept(text(message, leftOut));
        }
    }

    private static String text(Supplier<String> message, long leftOut) {
        return leftOut == 0 ? message.get() : message.get() + " (" + leftOut + " lines like this were left out)";
    }

    /** Returns the number of lines left out since the last admitted line, or -1 if this line must be left out too. */
    private synchronized long admit() {
        long nowNanos = nanoClock.getAsLong();
        if (nowNanos - secondBeginNanos >= SECOND_NANOS) {
            secondBeginNanos = nowNanos;
            lineCount = 0;
        }
        if (lineCount == linesPerSecond) {
            leftOutCount++;
            return -1;
        }
        lineCount++;
        long leftOut = leftOutCount;
        leftOutCount = 0;
        return leftOut;
    }
}
