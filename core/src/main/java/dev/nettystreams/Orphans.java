package dev.nettystreams;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs virtual threads whose event loop has ended to their own ends. Any thread. */
final class Orphans {
    private static final ThreadPoolExecutor THREADS =
            new ThreadPoolExecutor(2, 2, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Orphans::newThread);

    static {
        THREADS.allowCoreThreadTimeOut(true);
    }

    private Orphans() {}

    private static Thread newThread(Runnable work) {
        Thread thread = new Thread(work, "netty-streams-orphans");
        thread.setDaemon(true);
        return thread;
    }

    static void adopt(Runnable continuation) {
        THREADS.execute(continuation);
    }
}
