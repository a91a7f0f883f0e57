package dev.nettystreams.spi;

import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how often a message is logged that a peer can cause: {@code linesPerSecond} lines, and with the first line of
 * a later second the number of those that were left out. Any thread may call.
 */
public final class LogLimit {
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final int linesPerSecond;
    private final LongSupplier nanoClock;
    private long secondBeginNanos; // guarded by this, as is what follows
    private int lineCount;
    private long leftOutCount;

    /**
     * A limit of its own.
     *
     * @param linesPerSecond the most lines in a second; one or more
     */
    public LogLimit(int linesPerSecond) {
        this(linesPerSecond, System::nanoTime);
    }

    /**
     * A limit by another clock than the system's.
     *
     * @param linesPerSecond the most lines in a second; one or more
     * @param nanoClock what time it is, in nanoseconds, as {@link System#nanoTime} says it
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
     * Logs a line unless there have been too many in this second.
     *
     * @param logger where to
     * @param level of the line; if the logger does not take it, it counts for nothing
     * @param message what to say, asked for if it is logged
     * @param cause whose trace is logged, or null
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
     * Writes a line unless there have been too many in this second: for a program that has no logger.
     *
     * @param sink where to
     * @param message what to say, asked for if it is written
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

    /** How many lines have been left out since the last one; -1 if this one is to be left out, too. */
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
