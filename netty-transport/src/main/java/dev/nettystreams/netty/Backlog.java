package dev.nettystreams.netty;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that a loop had no room for ({@code maxPendingTasks}), kept until it has room. A connection cannot handle a
 * rejection: each task is part of its state, such as collecting written bytes, or closing.
 *
 * <pre>
 *   execute --rejected by a live loop--> backlog --every few milliseconds--> the loop
 *              all later tasks -----------^  \__the loop has terminated--> run in its place
 * </pre>
 *
 * <p>Any thread.
 */
final class Backlog {
    private static final System.Logger LOGGER = System.getLogger("dev.nettystreams");
    private static final long PERIOD_MILLIS = 5;
    private static final Map<EventExecutor, Backlog> BACKLOGS = new ConcurrentHashMap<>();

    private final EventExecutor executor;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>(); // guarded by itself
    private boolean isOver; // guarded by tasks

    private Backlog(EventExecutor executor) {
        this.executor = executor;
    }

    /**
     * Submits a task after all tasks submitted before.
     *
     * @throws RejectedExecutionException if the executor has shut down
     */
    static void execute(EventExecutor executor, Runnable task) {
        if (BACKLOGS.isEmpty() || !tryAddBehind(executor, task)) {
            try {
                executor.execute(task);
            } catch (RejectedExecutionException e) {
                if (executor.isShutdown()) {
                    throw e;
                }
                begin(executor, task);
            }
        }
    }

    /** Adds a task after those of an executor that has a backlog; returns false if it has none. */
    private static boolean tryAddBehind(EventExecutor executor, Runnable task) {
        Backlog backlog = BACKLOGS.get(executor);
        return backlog != null && backlog.tryAdd(task);
    }

    private static void begin(EventExecutor executor, Runnable task) {
        while (!BACKLOGS.computeIfAbsent(executor, Backlog::begun).tryAdd(task)) {
            Thread.onSpinWait(); // the previous backlog is being removed
        }
    }

    private static Backlog begun(EventExecutor executor) {
        Backlog backlog = new Backlog(executor);
        backlog.tryAgainSoon();
        return backlog;
    }

    /** Returns false if this backlog is over and a new one must begin. */
    private boolean tryAdd(Runnable task) {
        synchronized (tasks) {
            if (!isOver) {
                tasks.add(task);
            }
            return !isOver;
        }
    }

    /**
     * Uses the thread that also reports a loop's termination, so that no other thread acts in the loop's place then.
     */
    private void tryAgainSoon() {
        GlobalEventExecutor.INSTANCE.schedule(this::tryAgain, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tryAgain() {
        for (Runnable next; (next = first()) != null; ) {
            if (executor.isTerminated()) {
                runInPlace(next);
            } else if (!trySubmit(next)) {
                tryAgainSoon();
                return;
            }
            synchronized (tasks) {
                tasks.remove();
            }
        }
    }

    /** Most of a task's calls are rejected then, and there is no one to tell. */
    private void runInPlace(Runnable task) {
        try {
            NettyLoop.inPlaceOf(executor, task);
        } catch (Throwable e) {
            LOGGER.log(Level.DEBUG, "a task failed that was run in the place of an event loop that has ended", e);
        }
    }

    private boolean trySubmit(Runnable task) {
        try {
            executor.execute(task);
            return true;
        } catch (Throwable e) { // no room, or out of memory
            return false;
        }
    }

    /** Returns the next task; if there is none, this backlog is over. */
    private @Nullable Runnable first() {
        synchronized (tasks) {
            Runnable next = tasks.peek();
            if (next == null) {
                isOver = true;
                BACKLOGS.remove(executor);
            }
            return next;
        }
    }
}
