package dev.nettystreams.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.testing.ManualLoop;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A thread of any class may be a loop's. */
class LoopThreadsTest {
    private static final class OddThread extends Thread {
        private OddThread(Runnable task) {
            super(task);
        }
    }

    private static void assertMarked(boolean isMarked) throws InterruptedException {
        AtomicBoolean wasLoop = new AtomicBoolean(true);
        AtomicBoolean isLoop = new AtomicBoolean();
        AtomicBoolean isLoopWhileItRuns = new AtomicBoolean();
        ManualLoop loop = new ManualLoop();
        Thread thread = new OddThread(() -> {
            wasLoop.set(LoopThreads.isLoopThread());
            if (isMarked) {
                loop.run(() -> isLoopWhileItRuns.set(LoopThreads.isLoopThread()));
            }
            isLoop.set(LoopThreads.isLoopThread());
        });
        thread.start();
        thread.join();
        assertThat(wasLoop).isFalse();
        assertThat(isLoopWhileItRuns.get()).isEqualTo(isMarked);
        assertThat(isLoop).isFalse();
    }

    @Test
    void threadIsALoop_onlyWhileItRunsOne() throws InterruptedException {
        assertMarked(false);
        assertMarked(true);
        assertMarked(false);
    }
}
