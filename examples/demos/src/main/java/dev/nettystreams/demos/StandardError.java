package dev.nettystreams.demos;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The standard error of a server, which may be a pipe that no one reads. An event loop must not wait for it, and
 * neither must the end of the process, so a daemon thread prints what others have written, line by line. A line that
 * finds {@value #MOST_WAITING} others waiting is left out; the thread prints the number of such lines when there is
 * room.
 *
 * <p>Any thread.
 */
final class StandardError extends OutputStream {
    static final int MOST_WAITING = 1000;

    private static final int MOST_LINE_BYTES = 8192;
    private static final int CLOSE_TIMEOUT_MILLIS = 200;

    private final PrintStream target;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(); // guarded by this
    private final AtomicLong leftOutCount = new AtomicLong();
    private final ThreadPoolExecutor printer =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_WAITING), task -> {
                Thread thread = new Thread(task, "print-errors");
                thread.setDaemon(true);
                return thread;
            });

    /** @param target takes the bytes of a line, and may block */
    StandardError(PrintStream target) {
        this.target = target;
    }

    /** Makes this process print its standard error so. The JDK's log handler, if it is made later, does too. */
    static StandardError replaced() {
        StandardError lines = new StandardError(System.err);
        System.setErr(new PrintStream(lines, true, StandardOutput.encoding("stderr")));
        return lines;
    }

    @Override
    public void write(int each) {
        write(new byte[] {(byte) each}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] source, int offset, int byteCount) {
        for (int i = offset; i < offset + byteCount; i++) {
            line.write(source[i]);
            if (source[i] == '\n' || line.size() == MOST_LINE_BYTES) {
                print(line.toByteArray());
                line.reset();
            }
        }
    }

    private void print(byte[] bytes) {
        try {
            printer.execute(() -> {
                target.write(bytes, 0, bytes.length);
                tellLeftOut();
                target.flush();
            });
        } catch (RejectedExecutionException e) {
            leftOutCount.incrementAndGet();
        }
    }

    private void tellLeftOut() {
        long count = leftOutCount.getAndSet(0);
        if (count > 0) {
            target.println(
                    "netty-streams-demos: " + count + " later lines were left out, because no one read standard error");
        }
    }

    /** Gives the process its former standard error back, once the lines are printed; waits for them for a moment. */
    @Override
    public void close() {
        printer.shutdown();
        try {
            printer.awaitTermination(CLOSE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.setErr(target);
    }
}
