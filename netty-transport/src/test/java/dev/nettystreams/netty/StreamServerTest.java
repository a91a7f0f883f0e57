package dev.nettystreams.netty;

import static dev.nettystreams.Await.await;
import static dev.nettystreams.netty.support.Wire.ECHO;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.Await;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.channel.EventLoopGroup;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The life of a server: the assertions of asyncio's own tests of {@code Server}, and more. */
@ExtendWith(NoLeaks.class)
class StreamServerTest {
    private static final ConnectionHandler WAITS_FOR_EOF =
            ConnectionHandler.callbacks((reader, writer) -> reader.read(-1));

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void serveForever_completesWhenClosed_andThenRefuses(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Served served = wire.serve(streams, ECHO, ServerOptions.DEFAULT.withStartServing(false));
            StreamServer server = served.server();
            assertThat(server.isServing()).isFalse();
            CompletableFuture<Void> serving = server.serveForever();
            assertThat(server.isServing()).isTrue();
            try (StreamConnection client = served.connect()) {
                client.writer().write(new byte[] {1});
                client.writer().writeEof();
                assertThat(get(client.reader().read(-1))).containsExactly(1);
            }
            server.close();
            get(serving);
            assertThat(server.isServing()).isFalse();
            assertThat(server.addresses()).isEmpty();
            assertThatThrownBy(server::serveForever)
                    .isInstanceOf(StreamClosedException.class)
                    .hasMessage("the server is closed");
            assertThatThrownBy(server::startServing).isInstanceOf(StreamClosedException.class);
            get(server.waitClosed());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void waitClosed_waitsForCloseAndForTheLastConnection(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Served served = wire.serve(streams, WAITS_FOR_EOF);
            StreamServer server = served.server();
            CompletableFuture<Void> cancelled = server.waitClosed();
            CompletableFuture<Void> waiting = server.waitClosed();
            cancelled.cancel(false);
            try (StreamConnection client = served.connect()) {
                client.writer().write(new byte[] {1});
                get(client.writer().flush());
                awaitConnections(server, 1);
                server.close();
                assertThat(waiting).isNotDone();
                assertThat(failureOf(
                                wire.isUnix()
                                        ? streams.openUnixConnection(served.path())
                                        : streams.openConnection("127.0.0.1", server.port())))
                        .isInstanceOf(ConnectException.class);
                assertThat(waiting).isNotDone();
            }
            get(waiting);
            get(server.waitClosed());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void closeClients_endsConversationsWell_abortClients_cutsThemOff(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            for (boolean abort : new boolean[] {false, true}) {
                CompletableFuture<Void> clogged = new CompletableFuture<>();
                Wire.Served served = wire.serve(streams, ConnectionHandler.callbacks((reader, writer) -> {
                    if (abort) {
                        writer.write(new byte[8 << 20]); // a full buffer, and a peer that does not read
                    }
                    clogged.complete(null);
                    return reader.read(-1);
                }));
                StreamConnection client = served.connect();
                get(clogged);
                awaitConnections(served.server(), 1);
                served.server().close();
                if (abort) {
                    served.server().abortClients();
                } else {
                    served.server().closeClients();
                    assertThat(get(client.reader().read(1))).isEmpty();
                    client.close();
                }
                get(served.server().waitClosed());
                client.abort();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void shutdown_letsAnAnswerFinish_andEndsWhatWaitsForARequest(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            CountDownLatch answering = new CountDownLatch(1);
            CountDownLatch mayGoOn = new CountDownLatch(1);
            Wire.Served served = wire.serve(streams, Await.onThreads((reader, writer) -> {
                while (await(reader.readLine()).length > 0) {
                    answering.countDown();
                    mayGoOn.await();
                    writer.write("answer\n".getBytes(US_ASCII));
                    await(writer.drain());
                }
            }));
            StreamConnection busy = served.connect();
            StreamConnection idle = served.connect();
            busy.writer().write("question\n".getBytes(US_ASCII));
            answering.await();
            awaitConnections(served.server(), 2);
            CompletableFuture<Void> ended = served.server().shutdown(Duration.ofSeconds(15));
            assertThat(get(idle.reader().read(1))).isEmpty();
            mayGoOn.countDown();
            assertThat(get(busy.reader().read(-1))).asString(US_ASCII).isEqualTo("answer\n");
            assertThat(ended).isNotDone(); // the clients may still have something to say
            busy.close();
            idle.close();
            get(ended);
        }
    }

    /** A program closes its streams, with all their connections, once its server has served. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void serveForever_underAShutdown_waitsForTheLastAnswer(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            CompletableFuture<Void> mayAnswer = new CompletableFuture<>();
            Wire.Served served = wire.serve(
                    streams,
                    ConnectionHandler.callbacks((reader, writer) -> reader.read(-1)
                            .thenCombine(mayAnswer, (bytes, may) -> bytes)
                            .thenAccept(writer::write)));
            StreamConnection client = served.connect();
            client.writer().write(new byte[] {7});
            awaitConnections(served.server(), 1);
            CompletableFuture<Void> serving = served.server().serveForever();
            served.server().shutdown(Duration.ofSeconds(15));
            assertThat(serving).isNotDone();
            mayAnswer.complete(null);
            get(client.reader().read(-1));
            client.close();
            get(serving);
            assertThat(served.server().connectionCount()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void shutdown_cutsOffWhatDoesNotEndInTime(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Served served = wire.serve(streams, ConnectionHandler.callbacks((reader, writer) -> {
                writer.write(new byte[8 << 20]);
                return writer.flush(); // its peer never reads
            }));
            StreamConnection client = served.connect();
            assertThat(get(client.reader().peek(1))).hasSize(1);
            get(served.server().shutdown(Duration.ofMillis(200)));
            client.abort();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void waiterForTheEnd_mayEndTheLoops_whileTheServerIsBeingClosed(Wire wire) throws Exception {
        for (int round = 0; round < 20; round++) {
            NettyStreams streams = NettyStreams.create(wire.backend(), 1);
            StreamServer server = wire.serve(streams, ECHO).server();
            CompletableFuture<Void> allEnded = server.waitClosed().thenRunAsync(streams::close);
            get(server.shutdown(Duration.ofSeconds(15)));
            get(allEnded);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void handlerThatFails_isReported_andItsConnectionClosed(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            for (ConnectionHandler failing : List.<ConnectionHandler>of(
                    Await.onThreads((reader, writer) -> {
                        throw new IllegalStateException("mine");
                    }),
                    ConnectionHandler.callbacks((reader, writer) -> {
                        throw new IllegalStateException("mine");
                    }),
                    ConnectionHandler.callbacks(
                            (reader, writer) -> reader.readLine().thenApply(line -> Integer.parseInt("mine"))))) {
                CompletableFuture<Throwable> reported = new CompletableFuture<>();
                Wire.Served served = wire.serve(
                        streams,
                        failing,
                        ServerOptions.DEFAULT.withReporter((connection, failure) -> reported.complete(failure)));
                try (StreamConnection client = served.connect()) {
                    client.writer().write("line\n".getBytes(US_ASCII));
                    assertThat(get(reported)).hasMessageContaining("mine");
                    assertThat(get(client.reader().read(1).exceptionally(reset -> new byte[0])))
                            .isEmpty();
                }
                served.server().close();
                get(served.server().waitClosed());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void connectionCap_pausesAccepting_untilOneEnds(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.serve(streams, ECHO, ServerOptions.DEFAULT.withMaxConnections(2));
            StreamConnection first = served.connect();
            StreamConnection second = served.connect();
            awaitConnections(served.server(), 2);
            StreamConnection third = served.connect(); // by the kernel; the server does not know it yet
            third.writer().write("x\n".getBytes(US_ASCII));
            CompletableFuture<byte[]> answer = third.reader().readLine();
            first.writer().write("y\n".getBytes(US_ASCII));
            assertThat(get(first.reader().readLine())).hasSize(2);
            assertThat(answer).isNotDone();
            assertThat(served.server().connectionCount()).isEqualTo(2);
            first.close();
            assertThat(get(answer)).asString(US_ASCII).isEqualTo("x\n");
            second.close();
            third.close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void portZero_isOnePortOnEveryAddress(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            StreamServer server = get(streams.startServer(ECHO, List.of("127.0.0.1", "::1"), 0));
            assumeTrue(server.addresses().size() == 2, "there is no IPv6 here, so port 0 means nothing special");
            assertThat(server.port()).isPositive();
            assertThat(server.addresses())
                    .allSatisfy(address ->
                            assertThat(((InetSocketAddress) address).getPort()).isEqualTo(server.port()));
            server.close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void portInUse_isRefusedWithTheAddress(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            StreamServer first = get(streams.startServer(ECHO, "127.0.0.1", 0));
            assertThat(failureOf(streams.startServer(ECHO, "127.0.0.1", first.port())))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("127.0.0.1:" + first.port())
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void badArguments_areRefusedAtTheCall() {
        try (NettyStreams streams = NettyStreams.create()) {
            assertThatThrownBy(() -> streams.startServer(ECHO, "127.0.0.1", 65536))
                    .hasMessage("port not in 0 to 65535: 65536");
            assertThatThrownBy(() -> streams.openConnection("127.0.0.1", 0)).hasMessage("port not in 1 to 65535: 0");
            assertThatThrownBy(() -> ServerOptions.DEFAULT.withBacklog(0)).hasMessage("backlog < 1: 0");
            assertThatThrownBy(() -> ServerOptions.DEFAULT.withMaxConnections(0))
                    .hasMessage("maxConnections < 1: 0");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void peerThatResets_endsTheConversationAndNothingElse(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            CompletableFuture<Throwable> reported = new CompletableFuture<>();
            Wire.Served served = wire.serve(
                    streams,
                    ConnectionHandler.callbacks((reader, writer) -> reader.readExactly(100)),
                    ServerOptions.DEFAULT.withReporter((connection, failure) -> reported.complete(failure)));
            StreamConnection client = served.connect();
            client.writer().write(new byte[10]);
            get(client.writer().flush());
            client.abort();
            assertThat(get(reported)).isInstanceOfAny(StreamBrokenException.class, java.io.EOFException.class);
            try (StreamConnection next = served.connect()) {
                next.writer().writeEof();
                assertThat(get(next.reader().read(-1))).isEmpty();
            }
        }
    }

    /** Bytes and a reset that arrive before the connection is accepted. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void peersThatResetAtOnce_leaveNothingBehind(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            AtomicInteger started = new AtomicInteger();
            ServerOptions silent = ServerOptions.DEFAULT.withReporter((connection, failure) -> {});
            StreamServer server = get(streams.startServer(
                    ConnectionHandler.callbacks((reader, writer) -> {
                        started.incrementAndGet();
                        return reader.readExactly(100);
                    }),
                    "127.0.0.1",
                    0,
                    silent));
            for (int i = 0; i < 200; i++) {
                try (Socket peer = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                    peer.setSoLinger(true, 0);
                    peer.getOutputStream().write(new byte[10]);
                }
            }
            try (StreamConnection last = get(streams.openConnection("127.0.0.1", server.port()))) {
                last.writer().write(new byte[100]); // every earlier connection has been accepted
                get(last.reader().read(1));
            }
            awaitConnections(server, 0);
            assertThat(started.get()).isPositive();
        }
    }

    private static void awaitConnections(StreamServer server, int count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (server.connectionCount() != count) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void shutdown_withoutATimeout_isRefused_andLeavesTheServerServing() throws Exception {
        try (NettyStreams streams = NettyStreams.create(IoBackend.NIO, 1)) {
            StreamServer server = get(streams.startServer((reader, writer) -> {}, "127.0.0.1", 0));
            assertThatThrownBy(() -> server.shutdown(nothing()))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("timeout");
            assertThat(server.isServing()).isTrue();
            for (Duration timeout : List.of(Duration.ofSeconds(Long.MIN_VALUE), Duration.ofSeconds(Long.MAX_VALUE))) {
                get(server.shutdown(timeout));
            }
        }
    }

    @SuppressWarnings("NullAway") // a program without null checks passes this
    private static Duration nothing() {
        return null;
    }

    /** Binding waits for the loop of the socket, even if another part of the program holds it up. */
    @Test
    void loopThatIsHeldUp_holdsUpNoServerOnAnother() throws Exception {
        CountDownLatch mayGoOn = new CountDownLatch(1);
        EventLoopGroup heldUp = Loops.newGroup(IoBackend.NIO, 1, true);
        try (NettyStreams slow = NettyStreams.over(heldUp);
                NettyStreams quick = NettyStreams.create(IoBackend.NIO, 1)) {
            heldUp.execute(() -> awaitUninterruptibly(mayGoOn));
            List<CompletableFuture<StreamServer>> waiting = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                waiting.add(slow.startServer((reader, writer) -> {}, "127.0.0.1", 0));
            }
            get(quick.startServer((reader, writer) -> {}, "127.0.0.1", 0));
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
            mayGoOn.countDown();
            for (CompletableFuture<StreamServer> each : waiting) {
                assertThat(get(each).isServing()).isTrue();
            }
        } finally {
            mayGoOn.countDown();
            heldUp.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
