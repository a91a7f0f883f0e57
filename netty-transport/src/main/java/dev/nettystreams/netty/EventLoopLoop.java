package dev.nettystreams.netty;

import dev.nettystreams.spi.Loop;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A Netty event loop, as the streams see it. */
record EventLoopLoop(EventExecutor executor) implements Loop {
    @Override
    public boolean isCurrent() {
        return executor.inEventLoop();
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(task);
    }

    @Override
    public Timer schedule(Runnable task, long delayNanos) {
        Future<?> scheduled = executor.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }
}
