package dev.nettystreams.benchmarks.servers;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Answers the harness over standard input and output: {@code counters} with the bytes allocated so far, {@code gc} with
 * the bytes of the heap that a garbage collection leaves. The end of standard input ends the server, so that none
 * outlives its harness.
 */
public final class Counters {
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Counts threads that have ended, too; from Java 21 on. */
    private static final @Nullable MethodHandle TOTAL = total();

    private Counters() {}

    private static @Nullable MethodHandle total() {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(
                            com.sun.management.ThreadMXBean.class,
                            "getTotalThreadAllocatedBytes",
                            MethodType.methodType(long.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    /**
     * Answers until the input ends.
     *
     * @param in one question on each line
     * @param out one answer on each line
     * @throws IOException if the input fails
     */
    public static void answer(InputStream in, PrintStream out) throws IOException {
        BufferedReader questions = new BufferedReader(new InputStreamReader(in, US_ASCII));
        String question;
        while ((question = questions.readLine()) != null) {
            if (question.equals("gc")) {
                System.gc();
                out.println("live "
                        + ManagementFactory.getMemoryMXBean()
                                .getHeapMemoryUsage()
                                .getUsed());
            } else {
                out.println("allocated " + allocatedBytes());
            }
            out.flush();
        }
    }

    private static long allocatedBytes() {
        if (TOTAL != null) {
            try {
                return (long) TOTAL.invoke(THREADS);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
        return Arrays.stream(THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds()))
                .filter(bytes -> bytes > 0)
                .sum();
    }
}
