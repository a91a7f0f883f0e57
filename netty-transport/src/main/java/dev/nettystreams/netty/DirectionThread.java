package dev.nettystreams.netty;

import dev.nettystreams.spi.Loop;
import java.io.Closeable;
import java.lang.System.Logger.Level;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The thread of one direction of a stream that blocks: the JDK's reads of a pipe, a FIFO, a child process or standard
 * input hold a thread, and no call ends them all. The thread is a platform thread, since such a call holds the carrier
 * of a virtual one, and a daemon.
 *
 * <pre>
 *   no thread --the first call--> WORKING --the call returns--> WAITING --the next call--> WORKING
 *                                    \___________end______________/  ends when the call under way has returned
 * </pre>
 *
 * It lives as long as its direction, and not only for a call: {@link java.io.PipedInputStream} takes a writer for gone
 * when the thread that wrote last has ended.
 *
 * <p>The calls are made on the loop, one at a time, and their outcomes are tasks of the loop; the thread itself touches
 * no state but the call's own.
 */
final class DirectionThread {
    private static final System.Logger LOGGER = System.getLogger("dev.nettystreams");
    private static final AtomicInteger LIVE = new AtomicInteger();

    private final Loop loop;
    private final String name;
    private final ThreadPoolExecutor executor;
    private volatile @Nullable CountedThread thread;
    private volatile boolean isInCall; // written by the thread
    private volatile boolean isGivenUp; // written once, by the thread that interrupts

    DirectionThread(Loop loop, String name) {
        this.loop = loop;
        this.name = name;
        this.executor = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            CountedThread fresh = new CountedThread(name, task);
            thread = fresh;
            return fresh;
        });
    }

    /**
     * Returns the number of threads of this process that serve blocking streams: of open directions, and of calls that
     * have not returned since their direction was closed.
     */
    static int liveCount() {
        return LIVE.get();
    }

    /**
     * Counts itself from its creation, just before its start: its starter sees it in the count, whether it runs already
     * or not. Executors of newer JDKs do not start a thread by {@code start()}.
     */
    private static final class CountedThread extends Thread {
        private final AtomicBoolean isCounted = new AtomicBoolean(true);

        CountedThread(String name, Runnable task) {
            super(null, task, "netty-streams-" + name, 0, false); // inherits no locals
            setDaemon(true);
            LIVE.incrementAndGet();
        }

        @Override
        public void run() {
            try {
                super.run();
            } finally {
                uncount();
            }
        }

        void uncount() {
            if (isCounted.getAndSet(false)) {
                LIVE.decrementAndGet();
            }
        }
    }

    /** Called when a thread could not be started: it never runs, and so never uncounts itself. */
    private static void uncountUnstarted(@Nullable CountedThread candidate) {
        if (candidate != null && candidate.getState() == Thread.State.NEW) {
            candidate.uncount();
        }
    }

    /**
     * Runs one call on a daemon thread of its own, which ends with it. For calls that a direction's thread cannot make,
     * because it is inside another one, and for those before there is a direction. The call handles its own failures.
     *
     * @throws OutOfMemoryError if no thread can be created
     */
    static void once(String name, Runnable call) {
        CountedThread thread = new CountedThread(name, call);
        try {
            thread.start();
        } catch (Throwable e) { // out of memory for a thread
            thread.uncount();
            throw e;
        }
    }

    /** Runs a call here, and its outcome on the loop, later, also if no thread can be created. */
    <T> void call(Callable<T> call, Consumer<? super T> onReturn, Consumer<? super Throwable> onFailure) {
        try {
            executor.execute(() -> {
                T result;
                try {
                    result = runUnlessGivenUp(call);
                } catch (Throwable e) { // any failure of a stream that is not ours must reach the caller
                    post(loop, () -> onFailure.accept(e));
                    return;
                }
                post(loop, () -> onReturn.accept(result));
            });
        } catch (Throwable e) { // out of memory for a thread
            uncountUnstarted(thread);
            post(loop, () -> onFailure.accept(e));
        }
    }

    /**
     * Makes a call that {@link #interrupt} reaches at any moment. Its own flag says that the call is due, and only then
     * is the other one read; the interrupting thread does the same the other way round, so one of them sees the other.
     * The executor clears an interrupt that comes before its task.
     */
    private <T> T runUnlessGivenUp(Callable<T> call) throws Exception {
        isInCall = true;
        try {
            if (isGivenUp) {
                throw new ClosedChannelException();
            }
            return call.call();
        } finally {
            isInCall = false;
        }
    }

    private void interrupt() {
        isGivenUp = true;
        Thread current = thread;
        if (isInCall && current != null) {
            current.interrupt();
        }
    }

    /** Submits a task, or drops it if the loop has ended: {@link Loops} then tells the transport of that. */
    @SuppressWarnings("EmptyCatch")
    static void post(Loop loop, Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException ended) {
        }
    }

    Loop loop() {
        return loop;
    }

    /** Ends the thread, when the call under way has returned. */
    void end() {
        executor.shutdown();
    }

    /** Closes the stream behind the call under way, and ends the thread. */
    void endWith(Closeable stream) {
        try {
            executor.execute(() -> {
                Thread.interrupted(); // it was meant for the call before
                closeQuietly(stream);
            });
        } catch (Throwable e) { // out of memory for a thread
            uncountUnstarted(thread);
            LOGGER.log(Level.WARNING, "could not close a stream", e);
        }
        executor.shutdown();
    }

    /**
     * The same, and tries to end the call under way: by an interrupt, and by a close of the stream meanwhile. Both are
     * made by a thread of their own, because an interrupt closes a channel, and a close may wait for the call.
     *
     * @param closesNow false if {@code close} writes, as that of a buffered output does
     */
    void endWithout(Closeable stream, boolean closesNow) {
        endWith(stream);
        try {
            once(name + "-close", () -> {
                interrupt();
                if (closesNow) {
                    closeQuietly(stream);
                }
            });
        } catch (Throwable e) { // out of memory for a thread
            LOGGER.log(Level.WARNING, "could not interrupt " + name, e);
        }
    }

    /** Closes a stream that is of no more interest, nor is its failure. */
    @SuppressWarnings("EmptyCatch")
    static void closeQuietly(Closeable stream) {
        try {
            stream.close();
        } catch (Throwable e) { // a stream that is not ours may throw anything
        }
    }
}
