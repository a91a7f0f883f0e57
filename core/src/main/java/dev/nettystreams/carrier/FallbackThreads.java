package dev.nettystreams.carrier;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The scheduler of carried threads whose event loop has ended. The loop's connections have ended too, so no call of the
 * streams waits there, and the threads run to their ends.
 *
 * <p>Any thread.
 */
final class FallbackThreads {
    private static final ThreadPoolExecutor THREADS =
            new ThreadPoolExecutor(2, 2, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), FallbackThreads::newThread);

    static {
        THREADS.allowCoreThreadTimeOut(true);
    }

    private FallbackThreads() {}

    private static Thread newThread(Runnable work) {
        Thread thread = new Thread(work, "netty-streams-orphans");
        thread.setDaemon(true);
        return thread;
    }

    static void run(Runnable continuation) {
        THREADS.execute(continuation);
    }
}
