package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Event loops that end while their connections are in use: no future is left pending. */
@ExtendWith(NoLeaks.class)
class LoopEndTest {
    /** Netty may end a loop that gets tasks until its last moment without notifying its channels. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void loopsShutDownUnderFire_leaveNobodyWaiting(Wire wire) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < 20; i++) {
                EventLoopGroup group = Loops.newGroup(wire.backend(), 1, true);
                StreamConnection connection = get(NettyStreams.over(group)
                        .openConnection(listener.getInetAddress().getHostAddress(), listener.getLocalPort()));
                try (Socket peer = listener.accept()) {
                    peer.setSoTimeout(20_000);
                    CompletableFuture<byte[]> read = connection.reader().readLine();
                    List<Thread> callers = startCallers(connection);
                    assertThat(group.shutdownGracefully(0, 1, TimeUnit.SECONDS)
                                    .awaitUninterruptibly(20, TimeUnit.SECONDS))
                            .isTrue();
                    get(read.handle((line, failure) -> null));
                    get(connection.waitClosed().handle((done, failure) -> null));
                    assertThat(peer.getInputStream().read()).isEqualTo(-1);
                    for (Thread caller : callers) {
                        caller.join(20_000);
                        assertThat(caller.isAlive()).isFalse();
                    }
                }
            }
        }
    }

    /** Starts threads that keep the loop busy for as long as it accepts their calls. */
    private static List<Thread> startCallers(StreamConnection connection) throws Exception {
        CountDownLatch calls = new CountDownLatch(200);
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Thread caller = new Thread(() -> {
                while (!connection
                        .writer()
                        .drain()
                        .handle((done, failure) -> failure != null)
                        .join()) {
                    calls.countDown();
                }
            });
            caller.start();
            callers.add(caller);
        }
        assertThat(calls.await(20, TimeUnit.SECONDS)).isTrue();
        return callers;
    }

    /** Accepts the tasks of one thread only after the loop's last check of its queue. */
    private static final class LateQueue extends LinkedBlockingQueue<Runnable> {
        private static final long serialVersionUID = 1;

        private final transient CountDownLatch isLate = new CountDownLatch(1);
        private final transient CountDownLatch isAdded = new CountDownLatch(1);
        private final transient CountDownLatch isDropped = new CountDownLatch(1);
        private transient volatile Thread latecomer;
        private transient volatile EventLoopGroup group;

        @Override
        public boolean offer(Runnable task) {
            if (!Thread.currentThread().equals(latecomer)) {
                return super.offer(task);
            }
            awaitQuietly(isLate);
            boolean added = super.offer(task);
            isAdded.countDown();
            awaitQuietly(isDropped);
            return added;
        }

        @Override
        public Runnable poll() {
            if (latecomer == null || !group.isShutdown()) {
                return super.poll();
            }
            Runnable task = super.poll();
            if (task == null && group.next().isTerminated()) {
                isLate.countDown();
                awaitQuietly(isAdded);
                task = super.poll();
                isDropped.countDown();
            }
            return task;
        }

        private static void awaitQuietly(CountDownLatch latch) {
            try {
                assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final class LateLoop extends SingleThreadIoEventLoop {
        LateLoop(MultiThreadIoEventLoopGroup parent, Executor executor, IoHandlerFactory factory, LateQueue queue) {
            super(parent, executor, factory, queue, new LinkedBlockingQueue<>(), RejectedExecutionHandlers.reject());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void callTakenInALoopsLastMoment_fails(Wire wire) throws Exception {
        LateQueue queue = new LateQueue();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, wire.backend().ioHandlerFactory()) {
            @Override
            protected IoEventLoop newChild(Executor executor, IoHandlerFactory factory, Object... arguments) {
                return new LateLoop(this, executor, factory, queue);
            }
        };
        queue.group = group;
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            StreamConnection connection =
                    get(NettyStreams.over(group).openConnection("127.0.0.1", listener.getLocalPort()));
            CompletableFuture<Void> flushed = new CompletableFuture<>();
            Thread caller = new Thread(() -> connection.writer().flush().whenComplete((done, failure) -> {
                if (failure == null) {
                    flushed.complete(null);
                } else {
                    flushed.completeExceptionally(failure);
                }
            }));
            queue.latecomer = caller;
            caller.start();
            while (caller.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            assertThat(failureOf(flushed)).isInstanceOf(StreamBrokenException.class);
            caller.join();
        }
    }
}
