package dev.nettystreams.netty;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@link StreamServer#shutdownAtExit}: a hook of the JVM that goes when its server has ended. */
final class ShutdownHook {
    /** The time for the aborts after the shutdown's timeout. */
    private static final long GRACE_SECONDS = 1;

    private ShutdownHook() {}

    /** @throws IllegalStateException if the JVM is ending already */
    static void add(StreamServer server, Duration timeout) {
        Thread hook = new Thread(() -> shutDown(server, timeout), "netty-streams-shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        server.waitClosed().whenComplete((done, failure) -> remove(hook));
    }

    private static void shutDown(StreamServer server, Duration timeout) {
        try {
            server.shutdown(timeout)
                    .orTimeout(timeout.toMillis() + TimeUnit.SECONDS.toMillis(GRACE_SECONDS), TimeUnit.MILLISECONDS)
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
