package dev.nettystreams.netty;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.nettystreams.Await;
import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Netty's limit for the tasks of a loop ({@code maxPendingTasks}). Tasks beyond it are part of a connection's state,
 * and run later.
 */
@ExtendWith(NoLeaks.class)
class FullLoopTest {
    private static final byte[] SOME = "in that moment".getBytes(US_ASCII);

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IoBackend.NIO.ioHandlerFactory()) {
        @Override
        protected IoEventLoop newChild(Executor executor, IoHandlerFactory handlers, Object... more) {
            return new SingleThreadIoEventLoop(
                    this, executor, handlers, 16, RejectedExecutionHandlers.reject(), TimeUnit.SECONDS.toMillis(1));
        }
    };
    private final NettyStreams streams = NettyStreams.over(group);
    private final NettyStreams others = NettyStreams.create(IoBackend.NIO, 1);
    private StreamConnection near;
    private StreamConnection far;

    @BeforeEach
    void connect() throws Exception {
        Wire.Pair pair = new Wire(IoBackend.NIO, false).pair(streams, others);
        near = pair.client();
        far = pair.server();
    }

    @AfterEach
    void stop() {
        near.abort();
        far.abort();
        streams.close();
        others.close();
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    /** Fills the loop's queue, runs an action, and lets the loop go on. */
    private void whileFull(Runnable action) throws Exception {
        CountDownLatch isHeldUp = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        group.execute(() -> {
            isHeldUp.countDown();
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        isHeldUp.await();
        fill();
        action.run();
        gate.countDown();
    }

    private void fill() {
        assertThatThrownBy(() -> {
                    while (true) {
                        group.execute(() -> {});
                    }
                })
                .isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void whatIsWritten_arrivesInItsOrder_withWhatFollows() throws Exception {
        whileFull(() -> near.writer().write(SOME));
        near.writer().write(SOME);
        Wire.get(near.writer().flush());
        assertThat(Wire.get(far.reader().readExactly(2 * SOME.length)))
                .asString(US_ASCII)
                .isEqualTo("in that momentin that moment");
    }

    @Test
    void read_isAnswered() throws Exception {
        CompletableFuture<?>[] line = {null};
        whileFull(() -> line[0] = near.reader().readExactly(SOME.length));
        far.writer().write(SOME);
        assertThat(Wire.get(line[0])).isEqualTo(SOME);
    }

    @Test
    void close_closes() throws Exception {
        whileFull(near::close);
        assertThat(Wire.get(far.reader().readLine())).isEmpty();
        far.close();
        Wire.get(near.waitClosed());
    }

    @Test
    void abort_aborts() throws Exception {
        whileFull(near::abort);
        assertThat(Wire.failureOf(near.waitClosed())).isInstanceOf(StreamClosedException.class);
        assertThat(Wire.failureOf(far.reader().readLine())).isInstanceOf(StreamBrokenException.class);
    }

    /** Kept tasks of a loop that ends first run in its place. */
    @Test
    void loopThatEnds_leavesNobodyWaiting() throws Exception {
        CompletableFuture<?>[] outcomes = {null, null};
        whileFull(() -> {
            outcomes[0] = near.reader().readLine();
            near.close();
            outcomes[1] = near.waitClosed();
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        });
        assertThat(group.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        for (CompletableFuture<?> outcome : outcomes) {
            Wire.get(outcome.handle((any, failure) -> null)); // either way
        }
    }

    private void onLoop(Consumer<StreamConnection> action) throws Exception {
        assumeThat(Await.isOnEventLoopAvailable()).as("await on the event loop").isTrue();
        Wire.get(Await.onEventLoop(near, () -> {
            fill();
            action.accept(near);
        }));
    }

    @Test
    void taskOnTheLoop_writes() throws Exception {
        onLoop(connection -> connection.writer().write(SOME));
        assertThat(Wire.get(far.reader().readExactly(SOME.length))).isEqualTo(SOME);
    }

    @Test
    void taskOnTheLoop_closes() throws Exception {
        onLoop(StreamConnection::close);
        Wire.get(near.waitClosed());
    }

    @Test
    void taskOnTheLoop_isWoken() throws Exception {
        assumeThat(Await.isOnEventLoopAvailable()).as("await on the event loop").isTrue();
        CompletableFuture<String> foreign = new CompletableFuture<>();
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<String> task = Await.onEventLoop(near, () -> {
            begun.complete(null);
            return await(foreign);
        });
        Wire.get(begun);
        whileFull(() -> foreign.complete("after all"));
        assertThat(Wire.get(task)).isEqualTo("after all");
    }
}
