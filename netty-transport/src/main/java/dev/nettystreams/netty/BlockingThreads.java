package dev.nettystreams.netty;

import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Where binding and file operations block, for a short time. What may take any length of time, such as looking a name
 * up ({@link NameLookups}), is not done here. At most {@link #MOST_THREADS}, as many as asyncio's default executor has;
 * what comes meanwhile waits in a queue. They are daemons, and end when idle.
 *
 * <p>Nothing that runs here may wait for something else that runs here: with every thread waiting, nobody would be left to do it. So what a
 * task leads to is completed on an event loop, where a program's callbacks know that they must not block. Tasks may wait for a loop.
 */
final class BlockingThreads {
    static final int MOST_THREADS = Math.min(32, Runtime.getRuntime().availableProcessors() + 4);

    private static final long IDLE_SECONDS = 10;
    private static final ThreadPoolExecutor THREADS = new ThreadPoolExecutor(
            MOST_THREADS,
            MOST_THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            new DefaultThreadFactory("netty-streams-blocking", true));

    static {
        THREADS.allowCoreThreadTimeOut(true);
    }

    private BlockingThreads() {}

    /**
     * Runs a task here, and then what it gives on an event loop; or here, if the loop has ended.
     *
     * @param outcome failed, on the loop, with what the task throws; if it is done already, the task is not run
     */
    static void run(EventExecutor loop, CompletableFuture<?> outcome, Callable<? extends Runnable> task) {
        Runnable guarded = () -> {
            if (outcome.isDone()) {
                return;
            }
            Runnable completion;
            try {
                completion = task.call();
            } catch (Throwable e) { // whatever went wrong is the caller's to know
                completion = () -> outcome.completeExceptionally(e);
            }
            complete(loop, completion);
        };
        try {
            THREADS.execute(guarded);
        } catch (Throwable e) { // no memory for a thread
            complete(loop, () -> outcome.completeExceptionally(e));
        }
    }

    /** On an event loop, where a program's callbacks know that they must not block; here, if the loop has ended. */
    static void complete(EventExecutor loop, Runnable completion) {
        try {
            loop.execute(completion);
        } catch (RejectedExecutionException e) {
            completion.run();
        }
    }
}
