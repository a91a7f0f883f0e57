package dev.nettystreams.carrier;

import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Finds carried threads that hold up their event loop. A thread that waits while it is <em>pinned</em> to the loop's
 * own thread parks the whole loop. It is pinned inside {@code synchronized} before Java 24, and while a native frame is
 * on its stack; a class initializer is called by native code. A native method that waits itself, as a read from a file
 * or a child process does, holds up the loop as well. The JDK cannot tell this beforehand, so a daemon thread looks at
 * every loop four times a second ({@link HeldUpLoop}).
 *
 * <p>The watch logs the thread with its stack frames, once for each run that holds up a loop. It logs one thread per
 * second at most, because peers may cause such waits. If the thread is in {@code await}, whose stage may depend on the
 * very loop that is held up, the watch makes the {@code await} fail, and each later one of the same run. A thread whose
 * deadline has passed is interrupted, even if it computes, because its loop cannot fire the timer.
 */
final class PinWatch {
    private static final System.Logger LOGGER = System.getLogger("dev.nettystreams");
    private static final long PERIOD_MILLIS = 250;
    private static final long REPORT_PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Map<LoopCarrier, HeldUpLoop> CARRIERS = new WeakHashMap<>(); // guarded by itself

    private static boolean isWatching; // guarded by CARRIERS
    private static long lastReportNanos = System.nanoTime() - REPORT_PERIOD_NANOS; // confined to the watch

    private PinWatch() {}

    /** Adds a carrier, which is watched until it is garbage-collected. Any thread. */
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
                // every loop depends on the watch, so it goes on
            }
        }
    }

    /** Looks at each loop once; returns false if none is left. */
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
                // such as a log that cannot be written, or no memory: the next look may succeed
            }
        });
        return !carriers.isEmpty();
    }

    /** Returns whether a report is due, at most once per second. On the watch's thread. */
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

    /** Describes a thread that is in a native method, and therefore RUNNABLE to the JVM. */
    static String describeNative(StackTraceElement top) {
        return "it stays within " + top + ", which pins it: make such a call on another thread, and await its result";
    }

    /** Describes the cause of the pinning, as far as the frames show it. */
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
