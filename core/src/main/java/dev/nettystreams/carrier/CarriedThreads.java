package dev.nettystreams.carrier;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The factory of virtual threads with an event loop as their scheduler. The JDK has had the mechanism since Java 21,
 * but no public method for it. This class calls the builder's constructor by reflection, which requires
 * {@code java.lang} to be opened. All such reflection is in this class, so that a public method of a later JDK can
 * replace it.
 *
 * <p>Any thread.
 */
public final class CarriedThreads {
    private static final String BUILDER = "java.lang.ThreadBuilders$VirtualThreadBuilder";
    private static final AtomicLong COUNTER = new AtomicLong();
    private static final @Nullable MethodHandle NEW_THREAD;
    private static final @Nullable MethodHandle SCHEDULER;
    private static final @Nullable String REASON;

    static {
        MethodHandle newThread = null;
        MethodHandle scheduler = null;
        String reason = null;
        if (Runtime.version().feature() < 21) {
            reason = "needs Java 21 or later, and this is Java "
                    + Runtime.version().feature()
                    + ": Await.onThreads runs the same code on a thread for each connection";
        } else {
            try {
                newThread = findNewThread();
                Thread tried = (Thread) newThread.invokeExact((Executor) Runnable::run, "tried", (Runnable) () -> {});
                assert !tried.isAlive();
                scheduler = findScheduler();
            } catch (InaccessibleObjectException e) {
                reason = "needs the JVM's option --add-opens java.base/java.lang=" + ourModule()
                        + ", or, in the manifest of an executable jar, the attribute Add-Opens: java.base/java.lang"
                        + "; Await.onVirtualThreads runs the same code without";
            } catch (Throwable e) { // this JVM implements virtual threads in another way
                newThread = null;
                reason = "is not known to work on Java " + Runtime.version().feature() + " (" + e
                        + "); Await.onVirtualThreads runs the same code";
            }
        }
        NEW_THREAD = newThread;
        SCHEDULER = scheduler;
        REASON = reason;
    }

    private CarriedThreads() {}

    private static String ourModule() {
        Module module = CarriedThreads.class.getModule();
        return module.isNamed() ? module.getName() : "ALL-UNNAMED";
    }

    /** Returns a handle that takes an Executor, a name and a Runnable, and returns an unstarted thread. */
    private static MethodHandle findNewThread() throws ReflectiveOperationException {
        Constructor<?> constructor = Class.forName(BUILDER).getDeclaredConstructor(Executor.class);
        constructor.setAccessible(true);
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        Class<?> builder = Class.forName("java.lang.Thread$Builder$OfVirtual");
        MethodHandle begin =
                lookup.unreflectConstructor(constructor).asType(MethodType.methodType(builder, Executor.class));
        MethodHandle name = lookup.findVirtual(builder, "name", MethodType.methodType(builder, String.class));
        MethodHandle unstarted =
                lookup.findVirtual(builder, "unstarted", MethodType.methodType(Thread.class, Runnable.class));
        MethodHandle named = MethodHandles.collectArguments(name, 0, begin);
        return MethodHandles.collectArguments(unstarted, 0, named);
    }

    /** Returns a handle that takes a thread and returns the scheduler of a virtual one, or null. */
    private static MethodHandle findScheduler() throws ReflectiveOperationException {
        Class<?> virtualThread = Class.forName("java.lang.VirtualThread");
        Field field = virtualThread.getDeclaredField("scheduler");
        field.setAccessible(true);
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        MethodType type = MethodType.methodType(Object.class, Thread.class);
        MethodHandle isVirtual = lookup.findVirtual(
                        Class.class, "isInstance", MethodType.methodType(boolean.class, Object.class))
                .bindTo(virtualThread)
                .asType(MethodType.methodType(boolean.class, Thread.class));
        MethodHandle none = MethodHandles.dropArguments(MethodHandles.constant(Object.class, null), 0, Thread.class);
        return MethodHandles.guardWithTest(
                isVirtual, lookup.unreflectGetter(field).asType(type), none);
    }

    /** Returns whether this JVM can carry threads. */
    public static boolean areAvailable() {
        return NEW_THREAD != null;
    }

    /** Returns the end of a sentence that begins with "await on the event loop", or null if threads can be carried. */
    public static @Nullable String unavailabilityReason() {
        return REASON;
    }

    /** Returns whether threads may be started; {@link #whenPrepared} waits for that. */
    public static boolean arePrepared() {
        return Pollers.areMade();
    }

    /** Runs an action once threads may be started: at once on the caller's thread, or later on another one. */
    public static void whenPrepared(Runnable action) {
        Pollers.whenMade(action);
    }

    /** Blocks until threads may be started; only the first call in a process waits. Not on a loop's own thread. */
    public static void prepare() {
        CompletableFuture<Boolean> prepared = new CompletableFuture<>();
        Pollers.whenMade(() -> prepared.complete(true));
        prepared.join();
    }

    /**
     * Returns the scheduler of the calling thread if it is virtual. Returns null otherwise, and if
     * {@linkplain #areAvailable no thread can be carried}.
     */
    static @Nullable Object schedulerOfCaller() {
        if (SCHEDULER == null) {
            return null;
        }
        try {
            return (Object) SCHEDULER.invokeExact(Thread.currentThread());
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the thread of a continuation, or null if it is unknown. */
    static @Nullable Thread threadOf(Runnable continuation) {
        try {
            Field thread = continuation.getClass().getDeclaredField("arg$1"); // of the lambda that the JDK makes for it
            thread.setAccessible(true);
            return thread.get(continuation) instanceof Thread found ? found : null;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    static Thread unstarted(Executor scheduler, Runnable task) {
        if (NEW_THREAD == null) {
            throw new IllegalStateException("await on the event loop " + REASON);
        }
        try {
            return (Thread) NEW_THREAD.invokeExact(scheduler, "netty-streams-task-" + COUNTER.incrementAndGet(), task);
        } catch (Throwable e) {
            throw new IllegalStateException("a thread on the event loop could not be made", e);
        }
    }
}
