package dev.nettystreams.netty.support;

import io.netty.util.LeakPresenceDetector;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class that leaks a reference-counted buffer. Every buffer is counted, not only a sample, because the
 * build runs the tests with Netty's presence detector. Loops that end at the same time may release their last buffers a
 * moment later, so the count is checked until it is zero or the time is up.
 */
public final class NoLeaks implements AfterAllCallback {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    @Override
    public void afterAll(ExtensionContext context) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        for (; ; ) {
            try {
                LeakPresenceDetector.check();
                return;
            } catch (IllegalStateException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
        }
    }
}
