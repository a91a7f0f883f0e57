package dev.nettystreams;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Makes virtual threads that run on a scheduler of ours. The JDK can, since Java 21, and has no public method for it: the builder's
 * constructor is reached by reflection, for which {@code java.lang} has to be opened.
 *
 * <p>Any thread.
 */
final class CarriedThreads {
    private static final String BUILDER = "java.lang.ThreadBuilders$VirtualThreadBuilder";
    private static final AtomicLong COUNTER = new AtomicLong();
    private static final @Nullable MethodHandle NEW_THREAD;
    private static final @Nullable MethodHandle THREAD_ID;
    private static final @Nullable MethodHandle SCHEDULER;
    private static final @Nullable String REASON;

    static {
        MethodHandle newThread = null;
        MethodHandle threadId = null;
        MethodHandle scheduler = null;
        String reason = null;
        if (Runtime.version().feature() < 21) {
            reason = "needs Java 21 or later, and this is Java "
                    + Runtime.version().feature()
                    + ": Await.onThreads runs the same code on a thread for each connection";
        } else {
            try {
                newThread = find();
                Thread tried = (Thread) newThread.invokeExact((Executor) Runnable::run, "tried", (Runnable) () -> {});
                assert !tried.isAlive();
                threadId =
                        MethodHandles.lookup().findVirtual(Thread.class, "threadId", MethodType.methodType(long.class));
                scheduler = findScheduler();
            } catch (InaccessibleObjectException e) {
                reason = "needs the JVM's option --add-opens java.base/java.lang=" + ourModule()
                        + ", or, in the manifest of an executable jar, the attribute Add-Opens: java.base/java.lang"
                        + "; Await.onVirtualThreads runs the same code without";
            } catch (Throwable e) { // where virtual threads are bound to others, say
                newThread = null;
                reason = "is not known to work on Java " + Runtime.version().feature() + " (" + e
                        + "); Await.onVirtualThreads runs the same code";
            }
        }
        NEW_THREAD = newThread;
        THREAD_ID = threadId;
        SCHEDULER = scheduler;
        REASON = reason;
    }

    private CarriedThreads() {}

    private static String ourModule() {
        Module module = CarriedThreads.class.getModule();
        return module.isNamed() ? module.getName() : "ALL-UNNAMED";
    }

    /**
     * A virtual thread inherits the scheduler of the one that makes it. The JDK makes its own, which wait for the sockets of all virtual threads,
     * when the first of them waits: were that one on an event loop, they would be, too. So they are made here, from an ordinary thread.
     */
    private static final class Pollers {
        private static final Object LOCK = new Object();
        private static final ArrayDeque<Runnable> WAITING = new ArrayDeque<>(); // guarded by LOCK
        private static boolean areMade; // guarded by LOCK
        private static final Thread MAKER = new Thread(Pollers::make, "netty-streams-pollers");

        static {
            MAKER.setDaemon(true);
            MAKER.start();
        }

        private static void make() {
            try {
                Class.forName("sun.nio.ch.Poller", true, null);
            } catch (ClassNotFoundException | LinkageError e) {
                // another JDK, with other means
            }
            for (Runnable next; (next = nextWaiting()) != null; ) {
                next.run();
            }
        }

        /** In their order; who comes when there is none need not wait. */
        private static @Nullable Runnable nextWaiting() {
            synchronized (LOCK) {
                Runnable next = WAITING.poll();
                areMade = next == null;
                return next;
            }
        }

        static boolean areMade() {
            synchronized (LOCK) {
                return areMade;
            }
        }

        static void whenMade(Runnable action) {
            synchronized (LOCK) {
                if (!areMade) {
                    WAITING.add(action);
                    return;
                }
            }
            action.run();
        }
    }

    /** Whether a thread may be started; if not, it soon may. */
    static boolean arePrepared() {
        return Pollers.areMade();
    }

    static void whenPrepared(Runnable action) {
        Pollers.whenMade(action);
    }

    /** Waits some milliseconds, once in a process. Not for a loop. */
    static void prepare() {
        CompletableFuture<Boolean> prepared = new CompletableFuture<>();
        Pollers.whenMade(() -> prepared.complete(true));
        prepared.join();
    }

    /** (Executor, String name, Runnable) to an unstarted thread. */
    private static MethodHandle find() throws ReflectiveOperationException {
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

    /** (Thread) to Object: a virtual thread's scheduler, null of another thread. */
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

    /** What schedules the calling thread, if it is a virtual one and {@linkplain #areAvailable that can be told}; else null. */
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

    /** Which no other thread has ever had, where {@linkplain #areAvailable there are any}; {@code getId} can be overridden. */
    static long idOf(Thread thread) {
        if (THREAD_ID == null) {
            throw new IllegalStateException("there are no threads on event loops here");
        }
        try {
            return (long) THREAD_ID.invokeExact(thread);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean areAvailable() {
        return NEW_THREAD != null;
    }

    /** Why there are none, to go behind a subject; null if there are. */
    static @Nullable String unavailabilityReason() {
        return REASON;
    }

    /** The thread whose next piece of work this is; null if it cannot be told. */
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
