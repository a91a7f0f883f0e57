package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.ECHO;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.Await;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.StreamReader;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * However a server, its loops or its futures end: everything that waits for it ends too, and nothing else does (S2).
 */
@ExtendWith(NoLeaks.class)
class ServerEndTest {
    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void conversationThatOutlivesTheLoops_stillEndsTheServer(Wire wire) throws Exception {
        EventLoopGroup group = Loops.newGroup(wire.backend(), 2, true);
        try (NettyStreams streams = NettyStreams.over(group)) {
            CountDownLatch entered = new CountDownLatch(1);
            CountDownLatch mayEnd = new CountDownLatch(1);
            Wire.Served served = wire.serve(streams, Await.onThreads((reader, writer) -> {
                entered.countDown();
                mayEnd.await();
            }));
            StreamConnection client = served.connect();
            assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Void> ended = served.server().shutdown(Duration.ofSeconds(60));
            end(group);
            endUnix(streams);
            assertThat(ended).isNotDone();
            mayEnd.countDown();
            get(ended);
            get(served.server().waitClosed());
            assertThat(served.server().connectionCount()).isZero();
            client.abort();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void loopsShutDownByTheirOwner_endEveryPendingFuture(Wire wire) throws Exception {
        EventLoopGroup group = Loops.newGroup(wire.backend(), 2, true);
        try (NettyStreams streams = NettyStreams.over(group);
                BlackHole hole = new BlackHole()) {
            Wire.Served served = wire.serve(streams, ConnectionHandler.callbacks((reader, writer) -> {
                writer.write(new byte[8 << 20]);
                return writer.drain(); // its peer does not read
            }));
            StreamServer server = served.server();
            StreamConnection client = served.connect();
            get(client.reader().peek(1));
            client.writer().write(new byte[8 << 20]);
            StreamConnection reading = served.connect();
            List<CompletableFuture<?>> pending = new ArrayList<>(List.of(
                    client.writer().drain(),
                    client.writer().flush(),
                    client.writer().waitClosed(),
                    client.waitClosed(),
                    reading.reader().readExactly(64 << 20),
                    reading.waitClosed(),
                    server.serveForever(),
                    server.waitClosed(),
                    streams.openConnection("127.0.0.1", hole.address().getPort())));
            end(group);
            endUnix(streams);
            for (CompletableFuture<?> future : pending) {
                get(future.handle((done, failure) -> null));
            }
            assertThat(pending.get(pending.size() - 1)).isCompletedExceptionally();
            assertThat(server.isServing()).isFalse();
            assertThat(server.addresses()).isEmpty();
            if (wire.isUnix()) {
                assertThat(Path.of(served.path())).doesNotExist();
            }
            assertThatThrownBy(() -> readAll(reading.reader())).isInstanceOf(Exception.class);
            assertThat(failureOf(streams.openConnection("127.0.0.1", 1))).isInstanceOf(IOException.class);
            assertThat(failureOf(streams.openConnection("localhost", 1))).isInstanceOf(IOException.class);
            assertThat(failureOf(streams.startServer(ECHO, "127.0.0.1", 0))).isInstanceOf(IOException.class);
        }
    }

    /** Reads the bytes that came before the loss, and then meets it. */
    private static void readAll(StreamReader reader) throws Exception {
        while (get(reader.read(1 << 20)).length > 0) {
            // bytes that came before
        }
    }

    /** The Unix sockets of io_uring use loops that a test can reach only by closing the streams. */
    private static void endUnix(NettyStreams streams) {
        if (streams.backend().forUnixSockets() != streams.backend()) {
            streams.close();
        }
    }

    private static void end(EventLoopGroup group) {
        assertThat(group.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly(20, TimeUnit.SECONDS))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void shutdown_whoseFutureIsCancelledOrTimesOut_stillLetsAnswersFinish(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            for (boolean cancels : new boolean[] {false, true}) {
                CompletableFuture<Void> mayAnswer = new CompletableFuture<>();
                Wire.Served served = wire.serve(
                        streams,
                        ConnectionHandler.callbacks((reader, writer) -> reader.readLine()
                                .thenCompose(question -> mayAnswer)
                                .thenCompose(done -> {
                                    writer.write("answer\n".getBytes(US_ASCII));
                                    return writer.flush();
                                })));
                try (StreamConnection client = served.connect()) {
                    client.writer().write("question\n".getBytes(US_ASCII));
                    get(client.writer().flush());
                    awaitOneConnection(served.server());
                    CompletableFuture<Void> ended = served.server().shutdown(Duration.ofSeconds(60));
                    if (cancels) {
                        ended.cancel(false);
                    } else {
                        assertThat(failureOf(ended.orTimeout(20, TimeUnit.MILLISECONDS)))
                                .isInstanceOf(TimeoutException.class);
                    }
                    mayAnswer.complete(null);
                    assertThat(get(client.reader().read(-1))).asString(US_ASCII).isEqualTo("answer\n");
                }
                get(served.server().waitClosed());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void shutdown_mayTakeAnyLengthOfTime(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            for (Duration timeout : List.of(FOR_EVER, Duration.ofSeconds(Long.MIN_VALUE))) {
                Wire.Served served = wire.serve(
                        streams,
                        ConnectionHandler.callbacks((reader, writer) -> reader.read(-1)
                                .thenCompose(eof -> timeout.isNegative() ? writer.waitClosed() : writer.flush())));
                StreamConnection client = served.connect();
                awaitOneConnection(served.server());
                CompletableFuture<Void> ended = served.server().shutdown(timeout); // a negative timeout aborts at once
                if (!timeout.isNegative()) {
                    assertThat(get(client.reader().read(1))).isEmpty();
                    client.close();
                }
                get(ended);
                client.abort();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void serveForever_cancelled_closesTheServer_andIsRefusedTwice(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            StreamServer server = wire.serve(streams, ECHO).server();
            CompletableFuture<Void> serving = server.serveForever();
            assertThatThrownBy(server::serveForever)
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessage("serveForever() called while another call is waiting");
            assertThat(server.isServing()).isTrue();
            serving.cancel(false);
            assertThat(server.isServing()).isFalse();
            get(server.waitClosed());
            assertThatThrownBy(serving::join).isInstanceOf(CancellationException.class);
            assertThatThrownBy(server::serveForever).isInstanceOf(StreamClosedException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void close_whileALoopIsHeldUp_takesNoLongerThanItMay(Wire wire) throws Exception {
        Loops loops = Loops.owned(wire.backend(), 2, true);
        CountDownLatch mayGoOn = new CountDownLatch(1);
        try {
            for (int i = 0; i < 5; i++) {
                StreamServer server = new StreamServer(
                        loops.group, StreamLimits.DEFAULT, ECHO, ServerOptions.DEFAULT, loops.connections);
                new Listening(loops.group, server, ServerOptions.DEFAULT)
                        .openTcp(List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), wire.backend());
                loops.addServer(server);
            }
            loops.group.forEach(loop -> loop.execute(() -> awaitQuietly(mayGoOn)));
            long startNanos = System.nanoTime();
            CompletableFuture<Void> closing = CompletableFuture.runAsync(() -> loops.close(Duration.ofMillis(500)));
            get(closing);
            assertThat(System.nanoTime() - startNanos).isLessThan(TimeUnit.MILLISECONDS.toNanos(2_000));
        } finally {
            mayGoOn.countDown();
        }
        assertThat(loops.group.terminationFuture().await(20, TimeUnit.SECONDS)).isTrue();
    }

    /** Each caller of close may rely on it, even if another thread was first. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void close_byTwo_returnsToNeitherBeforeItIsClosed(Wire wire) throws Exception {
        EventLoopGroup group = Loops.newGroup(wire.backend(), 1, true);
        try (NettyStreams streams = NettyStreams.over(group)) {
            StreamServer server = get(streams.startServer(ECHO, "127.0.0.1", 0));
            CountDownLatch mayGoOn = new CountDownLatch(1);
            group.execute(() -> awaitQuietly(mayGoOn));
            CompletableFuture<Void> first = CompletableFuture.runAsync(server::close);
            while (server.isServing()) {
                Thread.onSpinWait();
            }
            CompletableFuture<Boolean> wasClosed = new CompletableFuture<>();
            Thread second = new Thread(() -> {
                server.close();
                wasClosed.complete(mayGoOn.getCount() == 0);
            });
            second.start();
            while (second.getState() != Thread.State.TIMED_WAITING && second.isAlive()) {
                Thread.onSpinWait();
            }
            mayGoOn.countDown();
            assertThat(get(wasClosed)).isTrue();
            get(first);
        } finally {
            end(group);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitOneConnection(StreamServer server) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (server.connectionCount() != 1) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#unix")
    void close_removesTheSocketFile_alsoWhenTheLoopsEndFirst(Wire wire) throws Exception {
        EventLoopGroup group = Loops.newGroup(wire.backend(), 1, true);
        try (NettyStreams streams = NettyStreams.over(group)) {
            Wire.Served served = wire.serve(streams, ECHO);
            CompletableFuture<Void> serving = served.server().serveForever();
            end(group);
            endUnix(streams);
            get(serving);
            assertThat(Files.exists(Path.of(served.path()))).isFalse();
        }
    }
}
