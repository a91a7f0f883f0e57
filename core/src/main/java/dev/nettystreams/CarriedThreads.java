package dev.nettystreams;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
    private static final @Nullable String REASON;

    static {
        MethodHandle newThread = null;
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
        static final CompletableFuture<Void> MADE = new CompletableFuture<>();

        static {
            Thread maker = new Thread(Pollers::make, "netty-streams-pollers");
            maker.setDaemon(true);
            maker.start();
        }

        @SuppressWarnings("NullAway") // Void has no other value
        private static void make() {
            try {
                Class.forName("sun.nio.ch.Poller", true, null);
            } catch (ClassNotFoundException | LinkageError e) {
                // another JDK, with other means
            }
            MADE.complete(null);
        }
    }

    /** Whether a thread may be started; if not, it soon may. */
    static boolean arePrepared() {
        return Pollers.MADE.isDone();
    }

    static void whenPrepared(Runnable action) {
        CompletionStage<Void> made = Pollers.MADE;
        made.thenRun(action);
    }

    /** Waits some milliseconds, once in a process. Not for a loop. */
    static void prepare() {
        Pollers.MADE.join();
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
