package dev.nettystreams.benchmarks;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM: interrupts the thread while it measures, and holds the end of the JVM until the thread has
 * written its files and deleted its temporary ones.
 */
final class Interruption implements AutoCloseable {
    private static final long WRITE_SECONDS = 30;

    private final CountDownLatch signal = new CountDownLatch(1);
    private final CountDownLatch written = new CountDownLatch(1);
    private final Thread measuring;
    private final Thread hook;
    private boolean isMeasuring = true; // guarded by this

    private Interruption(Thread measuring) {
        this.measuring = measuring;
        this.hook = new Thread(this::end, "interruption");
    }

    static Interruption ofThisThread() {
        Interruption interruption = new Interruption(Thread.currentThread());
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        return interruption;
    }

    private void end() {
        signal.countDown();
        synchronized (this) {
            if (isMeasuring) {
                measuring.interrupt();
            }
        }
        try {
            written.await(WRITE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            // the JVM ends in any case
        }
    }

    /** Returns a latch that opens when the process is told to end. */
    CountDownLatch signal() {
        return signal;
    }

    /** Ends the interrupts: from here on the thread writes files, and an interrupt would close them. */
    synchronized void endOfMeasuring() {
        isMeasuring = false;
        Thread.interrupted();
    }

    @Override
    public void close() {
        written.countDown();
        if (signal.getCount() > 0) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // the process is just told to end
            }
        }
    }
}
