package dev.nettystreams;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Finds threads that hold up the event loop that carries them: one that waits while something pins it, a {@code synchronized} block before Java
 * 24 or a frame of native code (a class initializer is called by one), parks its loop with it. The JDK has no way to ask beforehand; so
 * somebody looks four times a second.
 *
 * <p>It also gives a loop that had no room for a task what the task was to do, once more.
 *
 * <p>A thread that is found is reported once, with its frames. If it is in {@code await}, which may well be for something that only its loop can
 * bring about, the await fails. One that computes past its {@link Deadline}, whose timer is the loop's, is interrupted.
 */
final class PinWatch {
    private static final System.Logger LOGGER = System.getLogger("dev.nettystreams");
    private static final long PERIOD_MILLIS = 250;
    private static final Map<LoopCarrier, Boolean> CARRIERS = new WeakHashMap<>(); // guarded by itself

    private static boolean isWatching; // guarded by CARRIERS

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
            CARRIERS.put(carrier, true);
        }
    }

    private static void watch() {
        try {
            while (lookAtAll()) {
                Thread.sleep(PERIOD_MILLIS);
            }
        } catch (InterruptedException e) {
            synchronized (CARRIERS) {
                CARRIERS.clear();
                isWatching = false;
            }
        }
    }

    /** False if there is none any more. */
    private static boolean lookAtAll() {
        List<LoopCarrier> carriers;
        synchronized (CARRIERS) {
            carriers = new ArrayList<>(CARRIERS.keySet());
            isWatching = !carriers.isEmpty();
        }
        carriers.forEach(LoopCarrier::reportIfPinned);
        carriers.forEach(LoopCarrier::submitAgainIfRefused);
        return !carriers.isEmpty();
    }

    static void report(String loop, Thread pinned, StackTraceElement[] frames) {
        Exception where = new Exception("it waits here");
        where.setStackTrace(frames);
        LOGGER.log(
                Level.WARNING, pinned.getName() + " holds up the event loop " + loop + ": " + describe(frames), where);
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
                ? "it waits within synchronized, which pins it before Java 24 (a ReentrantLock does not), or within native code"
                : "it waits within native code, which pins it";
    }
}
