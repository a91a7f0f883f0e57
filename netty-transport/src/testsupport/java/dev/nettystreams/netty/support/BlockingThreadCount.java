package dev.nettystreams.netty.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.netty.NettyStreams;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test after which threads of blocking streams remain. The last ones end a moment after their connection, so
 * the count is awaited.
 */
public final class BlockingThreadCount implements AfterEachCallback {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    public void awaitNone() {
        awaitCount(0);
    }

    public void awaitCount(int count) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (NettyStreams.blockingThreadCount() != count && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        assertThat(NettyStreams.blockingThreadCount())
                .as("threads of blocking streams")
                .isEqualTo(count);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        awaitNone();
    }
}
