package dev.nettystreams.netty;

import dev.nettystreams.spi.Timeouts;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@link StreamServer#shutdownAtExit}: a hook of the JVM that goes when its server has ended. */
final class ShutdownHook {
    /** The time for the aborts after the shutdown's timeout. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private ShutdownHook() {}

    /** @throws IllegalStateException if the JVM is ending already */
    static void add(StreamServer server, Duration timeout) {
        Thread hook = new Thread(() -> shutDown(server, timeout), "netty-streams-shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        server.waitClosed().whenComplete((done, failure) -> remove(hook));
    }

    private static void shutDown(StreamServer server, Duration timeout) {
        long timeoutNanos = Math.max(0, Timeouts.saturatedNanos(timeout));
        try {
            server.shutdown(timeout)
                    .orTimeout(Math.min(timeoutNanos, Long.MAX_VALUE - GRACE_NANOS) + GRACE_NANOS, TimeUnit.NANOSECONDS)
                    .get();
        } catch (Exception e) {
            Throwable cause = e.getCause();
            StreamServer.LOGGER.log(
                    System.Logger.Level.WARNING,
                    cause instanceof TimeoutException
                            ? "handlers of " + server + " did not end with the JVM"
                            : "could not shut " + server + " down: " + e);
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending: this is the hook's own doing.
        }
    }
}
