package dev.nettystreams.carrier;

import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Finds threads that hold up the event loop that carries them: one that waits while something pins it parks its loop
 * with it. A {@code synchronized} block pins before Java 24, a frame of native code always (a class initializer is
 * called by one), and so does a native method that waits itself, as reading from a file or a child process does. The
 * JDK has no way to ask beforehand; so this looks four times a second ({@link HeldUpLoop}).
 *
 * <p>A thread that is found is reported with its frames: once for each time that it holds up its loop, and one thread a
 * second in all, since a task's peer may be the one that makes it wait. If it is in {@code await}, which may well be
 * for something that only its loop can bring about, the await fails, and so does each that follows it there. One that
 * is past a deadline, whose timer is the loop's, is interrupted, pinned or computing.
 */
final class PinWatch {
    private static final System.Logger LOGGER = System.getLogger("dev.nettystreams");
    private static final long PERIOD_MILLIS = 250;
    private static final long REPORT_PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Map<LoopCarrier, HeldUpLoop> CARRIERS = new WeakHashMap<>(); // guarded by itself

    private static boolean isWatching; // guarded by CARRIERS
    private static long lastReportNanos = System.nanoTime() - REPORT_PERIOD_NANOS; // the watching thread's

    private PinWatch() {}

    /** From now on, until the loop is gone. */
    static void add(LoopCarrier carrier) {
        synchronized (CARRIERS) {
            if (!isWatching) {
                isWatching = true;
                Thread thread = new Thread(PinWatch::watch, "netty-streams-pin-watch");
                thread.setDaemon(true);
                thread.start();
            }
            CARRIERS.put(carrier, new HeldUpLoop());
        }
    }

    private static void watch() {
        while (lookAtAll()) {
            try {
                Thread.sleep(PERIOD_MILLIS);
            } catch (InterruptedException e) {
                // nobody has reason to, and many depend on it
            }
        }
    }

    /** False if there is none any more. */
    private static boolean lookAtAll() {
        Map<LoopCarrier, HeldUpLoop> carriers;
        synchronized (CARRIERS) {
            carriers = new HashMap<>(CARRIERS);
            isWatching = !carriers.isEmpty();
        }
        carriers.forEach((carrier, seen) -> {
            try {
                seen.look(carrier.probe());
            } catch (Throwable e) {
                // a log that cannot be written, no memory: the next look may do better
            }
        });
        return !carriers.isEmpty();
    }

    /** Takes the right to report, which there is once a second. On the thread of this. */
    static boolean takeReport() {
        long now = System.nanoTime();
        boolean isFree = now - lastReportNanos >= REPORT_PERIOD_NANOS;
        if (isFree) {
            lastReportNanos = now;
        }
        return isFree;
    }

    static void report(String loop, Thread pinned, StackTraceElement[] frames, String why) {
        Exception where = new Exception("it is here");
        where.setStackTrace(frames);
        LOGGER.log(Level.WARNING, pinned.getName() + " holds up the event loop " + loop + ": " + why, where);
    }

    /** For a thread that the JVM takes for a running one. */
    static String describeNative(StackTraceElement top) {
        return "it stays within " + top + ", which pins it: run what blocks so on another thread, and await that";
    }

    /** What pins, as far as its frames tell. */
    static String describe(StackTraceElement[] frames) {
        for (StackTraceElement frame : frames) {
            if (frame.getMethodName().equals("<clinit>")) {
                return "it waits within the initializer of " + frame.getClassName() + ", which pins it";
            }
        }
        for (StackTraceElement frame : frames) {
            if (frame.isNativeMethod() && !frame.getClassName().startsWith("jdk.internal.")) {
                return "it waits within " + frame + ", which pins it";
            }
        }
        return Runtime.version().feature() < 24
                ? "it waits within synchronized, which pins it before Java 24 (a ReentrantLock does not),"
                        + " or within native code"
                : "it waits within native code, which pins it";
    }
}
