package dev.nettystreams.benchmarks;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ctrl-C and SIGTERM: interrupts the thread that measures, and holds the end of the JVM until it has written. */
final class Interruption implements AutoCloseable {
    private static final long WRITE_SECONDS = 20;

    private final CountDownLatch signal = new CountDownLatch(1);
    private final CountDownLatch written = new CountDownLatch(1);
    private final Thread hook;

    private Interruption(Thread measuring) {
        hook = new Thread(
                () -> {
                    signal.countDown();
                    measuring.interrupt();
                    try {
                        written.await(WRITE_SECONDS, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        // the JVM ends in any case
                    }
                },
                "interruption");
    }

    static Interruption ofThisThread() {
        Interruption interruption = new Interruption(Thread.currentThread());
        Runtime.getRuntime().addShutdownHook(interruption.hook);
        return interruption;
    }

    /** Returns a latch that opens when the process is told to end. */
    CountDownLatch signal() {
        return signal;
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
