package dev.nettystreams.benchmarks.servers;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The JDK's virtual threads, which this code reaches by name because it is compiled for Java 17. */
final class VirtualThreads {
    private VirtualThreads() {}

    /**
     * Returns an executor with a virtual thread for each task.
     *
     * @throws UnsupportedOperationException before Java 21
     */
    static ExecutorService executor() {
        if (Runtime.version().feature() < 21) {
            throw new UnsupportedOperationException("virtual threads need Java 21 or later, and this is Java "
                    + Runtime.version().feature());
        }
        try {
            return (ExecutorService) MethodHandles.publicLookup()
                    .findStatic(
                            Executors.class,
                            "newVirtualThreadPerTaskExecutor",
                            MethodType.methodType(ExecutorService.class))
                    .invoke();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
