package dev.nettystreams;

import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that read files: a read from a disk or a network file system blocks, and must hold up neither a loop nor
 * the threads that a loop carries. They are never interrupted, because an interrupt closes a {@code FileChannel}. They
 * are daemons and end when idle.
 *
 * <p>A read takes as long as the disk takes; no peer can prolong it. {@value #MOST} threads therefore serve any number
 * of connections, each with at most one read at a time. Their queue has no lock, which a loop might have to wait for.
 */
final class FileThreads {
    private static final int MOST = 16;
    private static final long IDLE_SECONDS = 10;
    private static final AtomicInteger COUNTER = new AtomicInteger();
    private static final ThreadPoolExecutor THREADS = new ThreadPoolExecutor(
            MOST, MOST, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedTransferQueue<>(), FileThreads::newThread);

    static {
        THREADS.allowCoreThreadTimeOut(true);
    }

    private FileThreads() {}

    private static Thread newThread(Runnable work) {
        Thread thread = new Thread(work, "netty-streams-file-" + COUNTER.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    /** @throws OutOfMemoryError if the system has no thread left */
    static void execute(Runnable read) {
        THREADS.execute(read);
    }
}
