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
 * Where binding and file operations block. What may take any length of time, such as looking a name up ({@link
 * NameLookups}), is not done here; but a task waits for the loop that its sockets belong to, and a program may hold that
 * up for long. So there are as many threads as there are tasks: a start on one loop never waits for those on another.
 * They are daemons, and end when idle.
 *
 * <p>What a task leads to is completed on an event loop, where a program's callbacks know that they must not block.
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
