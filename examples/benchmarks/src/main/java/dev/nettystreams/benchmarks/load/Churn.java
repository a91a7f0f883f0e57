package dev.nettystreams.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Opens connections, some at a time, each for one exchange. */
public final class Churn {
    private static final long GRACE_SECONDS = 10;

    private final LoadGenerator generator;
    private final Workload workload;
    private final int port;
    private final long durationNanos;
    private final CompletableFuture<ClosedLoop.Outcome> outcome = new CompletableFuture<>();
    private final ByteBuf request;

    private long startNanos;
    private long operations;
    private int unfinished;
    private final Set<Channel> open = new HashSet<>();

    private Churn(LoadGenerator generator, Workload workload, int port, Duration duration) {
        this.generator = generator;
        this.workload = workload;
        this.port = port;
        this.durationNanos = duration.toNanos();
        this.request = workload.exchange().requests(1);
    }

    /**
     * Opens and closes connections for some time.
     *
     * @param generator their event loop
     * @param workload the number of connections at a time, and the exchange
     * @param port the server's port at 127.0.0.1
     * @param duration the time
     * @return the number of connections, and the time until the last one was closed
     * @throws IOException if a connection fails
     * @throws InterruptedException if this thread is interrupted
     */
    public static ClosedLoop.Outcome run(LoadGenerator generator, Workload workload, int port, Duration duration)
            throws IOException, InterruptedException {
        Churn run = new Churn(generator, workload, port, duration);
        generator.loop().execute(run::begin);
        try {
            return run.outcome.get(duration.toNanos() + TimeUnit.SECONDS.toNanos(GRACE_SECONDS), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new IOException("a connection does not end: the server stalls", e);
        } finally {
            generator.loop().execute(run::end);
        }
    }

    private void begin() {
        startNanos = System.nanoTime();
        unfinished = workload.connectionCount();
        for (int i = 0; i < workload.connectionCount(); i++) {
            openNext();
        }
    }

    /** Ends what an interrupt or a failure has left open. */
    private void end() {
        outcome.cancel(false);
        List.copyOf(open).forEach(Channel::close);
        request.release();
    }

    private void openNext() {
        generator
                .client(workload.isTls(), OneExchange::new)
                .connect("127.0.0.1", port)
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        outcome.completeExceptionally(connected.cause());
                    }
                });
    }

    private void closed(boolean isAnswered) {
        if (!isAnswered) {
            outcome.completeExceptionally(new IOException("the server closed a connection"));
        }
        if (outcome.isDone()) {
            return;
        }
        operations++;
        long elapsed = System.nanoTime() - startNanos;
        if (elapsed < durationNanos) {
            openNext();
        } else if (--unfinished == 0) {
            outcome.complete(new ClosedLoop.Outcome(operations, elapsed));
        }
    }

    private final class OneExchange extends ChannelInboundHandlerAdapter {
        private final ReplyCounter replies = workload.exchange().newCounter();
        private boolean isAnswered;

        @Override
        public void channelActive(ChannelHandlerContext context) {
            if (outcome.isDone()) {
                context.close();
                return;
            }
            open.add(context.channel());
            context.writeAndFlush(request.retainedSlice(), context.voidPromise());
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (replies.countAndRelease(message) > 0) {
                isAnswered = true;
                context.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            open.remove(context.channel());
            closed(isAnswered);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            outcome.completeExceptionally(cause);
            context.close();
        }
    }
}
