package dev.nettystreams.netty;

import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads for binding and file operations, which block. Operations of unbounded duration, such as name lookups
 * ({@link NameLookups}), do not run here. A task still waits for the loop that its sockets belong to, and a program may
 * hold that loop up for long. Therefore each task has a thread: a start on one loop never waits for a start on another.
 * The threads are daemons and end when idle.
 *
 * <p>The outcome of a task is completed on an event loop, where a program's callbacks expect that they must not block.
 */
final class BlockingThreads {
    private static final long IDLE_SECONDS = 10;
    private static final ThreadPoolExecutor THREADS = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            new DefaultThreadFactory("netty-streams-blocking", true));

    private BlockingThreads() {}

    /**
     * Runs a task here, then its completion on an event loop, or here if the loop has ended.
     *
     * @param outcome fails on the loop with the exception of the task; if it is already done, the task does not run
     */
    static void run(EventExecutor loop, CompletableFuture<?> outcome, Callable<? extends Runnable> task) {
        Runnable guarded = () -> {
            if (outcome.isDone()) {
                return;
            }
            Runnable completion;
            try {
                completion = task.call();
            } catch (Throwable e) { // any failure must reach the caller
                completion = () -> outcome.completeExceptionally(e);
            }
            complete(loop, completion);
        };
        try {
            THREADS.execute(guarded);
        } catch (Throwable e) { // out of memory for a thread
            complete(loop, () -> outcome.completeExceptionally(e));
        }
    }

    /**
     * Runs a completion on an event loop, where a program's callbacks expect that they must not block, or here if the
     * loop has ended. A loop that is ending may drop the task, so the completion runs again behind its end.
     *
     * @param completion completes a future, which has no effect the second time
     */
    static void complete(EventExecutor loop, Runnable completion) {
        try {
            loop.execute(completion);
        } catch (RejectedExecutionException e) {
            completion.run();
            return;
        }
        if (loop.isShutdown()) {
            loop.terminationFuture().addListener(ended -> completion.run());
        }
    }
}
