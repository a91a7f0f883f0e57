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
 * bring about, the await fails, and so does each that follows it there. One that is past its {@link Deadline}, whose timer is the loop's, is
 * interrupted, pinned or computing.
 */
final class PinWatch {
    private static final System.Logger LOGGER = System.getLogger("dev.nettystreams");
    private static final long PERIOD_MILLIS = 250;
    private static final Map<LoopCarrier, Boolean> CARRIERS = new WeakHashMap<>(); // guarded by itself

    private static boolean isWatching; // guarded by CARRIERS
    private static volatile int interruptCount; // written by the watching thread

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
        List<LoopCarrier> carriers;
        synchronized (CARRIERS) {
            carriers = new ArrayList<>(CARRIERS.keySet());
            isWatching = !carriers.isEmpty();
        }
        for (LoopCarrier carrier : carriers) {
            try {
                carrier.submitAgainIfRefused();
                carrier.lookForPinned();
            } catch (Throwable e) {
                // a log that cannot be written, no memory: the next look may do better
            }
        }
        return !carriers.isEmpty();
    }

    /** How often a thread has been interrupted for being pinned. */
    static int interruptCount() {
        return interruptCount;
    }

    /** On the thread of this. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    static void interrupt(Thread pinned) {
        pinned.interrupt();
        interruptCount++; // who sees that has been interrupted
    }

    /** For the calling thread, which need not be interrupted any more, unless others want that, too: what it waited for has come. */
    static void takeBackInterrupt() {
        LoopCarrier carrier = LoopCarrier.ofCaller();
        if (carrier != null && carrier.hasPinnedCaller() && Thread.interrupted() && isInterruptedByOthers()) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isInterruptedByOthers() {
        return Task.interruptCountOfCaller() > 0 || Deadline.hasExpiredForCaller();
    }

    /** For a wait of the calling thread that has been interrupted: fails if it was for holding up its loop. */
    static void refuseIfPinned(String what, InterruptedException interrupt) {
        LoopCarrier carrier = LoopCarrier.ofCaller();
        if (carrier != null && carrier.hasPinnedCaller()) {
            throw new IllegalStateException(
                    what + " held up its event loop: " + describe(interrupt.getStackTrace()), interrupt);
        }
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
