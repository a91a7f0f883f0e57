package dev.nettystreams.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.netty.support.BlockingThreadCount;
import dev.nettystreams.testing.ManualLoop;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DirectionThreadTest {
    @RegisterExtension
    static final BlockingThreadCount THREADS = new BlockingThreadCount();

    private final ManualLoop loop = new ManualLoop();
    private final DirectionThread thread = new DirectionThread(loop, "test");
    private final CompletableFuture<Throwable> failure = new CompletableFuture<>();

    /** The executor would clear an interrupt that comes between two calls, and the second would block for ever. */
    @Test
    void callThatHasNotBegun_isNotMadeOnceTheThreadIsGivenUp() throws Exception {
        Semaphore first = new Semaphore(0);
        CountDownLatch closed = new CountDownLatch(1);
        thread.call(
                () -> {
                    first.acquireUninterruptibly();
                    return Thread.interrupted();
                },
                wasInterrupted -> {},
                failure::complete);
        thread.call(() -> new CountDownLatch(1).await(1, TimeUnit.DAYS), neverReturned -> {}, failure::complete);
        thread.endWithout(
                () -> { // the first close is made beside the calls, behind the interrupt
                    closed.countDown();
                },
                true);
        closed.await();
        first.release();
        THREADS.awaitNone();
        loop.runReady();
        assertThat(failure).isCompletedWithValueMatching(ClosedChannelException.class::isInstance);
    }

    @Test
    void callUnderWay_isInterrupted() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        thread.call(
                () -> {
                    begun.countDown();
                    return new CountDownLatch(1).await(1, TimeUnit.DAYS);
                },
                neverReturned -> {},
                failure::complete);
        begun.await();
        thread.endWithout(() -> {}, false);
        THREADS.awaitNone();
        loop.runReady();
        assertThat(failure).isCompletedWithValueMatching(InterruptedException.class::isInstance);
    }
}
