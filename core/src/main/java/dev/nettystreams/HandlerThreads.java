package dev.nettystreams;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Kinds of threads for tasks outside the event loops. Method handles reach virtual threads, because this code is
 * compiled for Java 17.
 */
enum HandlerThreads {
    PLATFORM {
        @Override
        Thread newThread(Runnable task) {
            Thread thread = new Thread(task, "netty-streams-connection-" + COUNTER.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        }
    },
    VIRTUAL {
        @Override
        Thread newThread(Runnable task) {
            ThreadFactory factory = VirtualThreads.FACTORY;
            if (factory == null) {
                throw new IllegalStateException(unavailableMessage());
            }
            return factory.newThread(task);
        }
    };

    private static final AtomicLong COUNTER = new AtomicLong();

    /** Virtual threads if this JVM has them. */
    static final HandlerThreads BEST = VirtualThreads.FACTORY != null ? VIRTUAL : PLATFORM;

    /** Creates a thread without starting it. */
    abstract Thread newThread(Runnable task);

    boolean isAvailable() {
        return this == PLATFORM || VirtualThreads.FACTORY != null;
    }

    static String unavailableMessage() {
        return "virtual threads need Java 21 or later, and this is Java "
                + Runtime.version().feature() + "; use Await.onThreads";
    }

    /** Returns the kind of the calling thread. */
    static HandlerThreads ofCaller() {
        return VirtualThreads.isVirtual(Thread.currentThread()) ? VIRTUAL : PLATFORM;
    }

    /** Java 19 and 20 have the methods as a preview feature, which throws. */
    private static final class VirtualThreads {
        static final @Nullable ThreadFactory FACTORY;
        private static final @Nullable MethodHandle IS_VIRTUAL;

        static {
            ThreadFactory factory = null;
            MethodHandle isVirtual = null;
            if (Runtime.version().feature() >= 21) {
                try {
                    MethodHandles.Lookup lookup = MethodHandles.lookup();
                    Class<?> builder = Class.forName("java.lang.Thread$Builder");
                    Class<?> ofVirtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
                    Object newBuilder = lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(ofVirtual))
                            .invoke();
                    factory = (ThreadFactory)
                            lookup.findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class))
                                    .invoke(newBuilder);
                    isVirtual = lookup.findVirtual(Thread.class, "isVirtual", MethodType.methodType(boolean.class));
                } catch (Throwable e) { // this JVM has no virtual threads
                    factory = null;
                }
            }
            FACTORY = factory;
            IS_VIRTUAL = isVirtual;
        }

        static boolean isVirtual(Thread thread) {
            if (IS_VIRTUAL == null) {
                return false;
            }
            try {
                return (boolean) IS_VIRTUAL.invokeExact(thread);
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
