package dev.nettystreams.tls;

import static dev.nettystreams.Await.await;
import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.Await;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.ServerOptions;
import dev.nettystreams.netty.StreamServer;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** W4, C2, C7 under TLS: bytes written after the peer's close_notify are delivered, or the first wait fails. */
@ExtendWith(NoLeaks.class)
class TlsHalfCloseTest {
    private static final byte[] ANSWER = Wire.pattern(300_000); // above the high mark

    /** How a program learns the fate of its answer. */
    enum Wait {
        FLUSH,
        DRAIN,
        WAIT_CLOSED;

        CompletableFuture<Void> of(StreamWriter writer) {
            return switch (this) {
                case FLUSH -> writer.flush();
                case DRAIN -> writer.drain();
                case WAIT_CLOSED -> {
                    writer.close();
                    yield writer.waitClosed();
                }
            };
        }
    }

    /** The kind of thread that runs the program. */
    enum Run {
        CALLBACKS,
        THREAD,
        LOOP;

        static List<Run> all() {
            return Await.isOnEventLoopAvailable() ? List.of(values()) : List.of(CALLBACKS, THREAD);
        }

        ConnectionHandler handler(Wait wait, CompletableFuture<String> outcome) {
            return switch (this) {
                case CALLBACKS ->
                    ConnectionHandler.callbacks((reader, writer) -> reader.read(-1)
                            .thenCompose(request -> {
                                writer.write(ANSWER);
                                return wait.of(writer);
                            })
                            .handle((done, failure) -> outcome.complete(failure == null ? "sent" : "failed")));
                case THREAD -> Await.onThreads((reader, writer) -> straight(wait, outcome, reader, writer));
                case LOOP -> Await.onEventLoop((reader, writer) -> straight(wait, outcome, reader, writer));
            };
        }

        private static void straight(
                Wait wait, CompletableFuture<String> outcome, StreamReader reader, StreamWriter writer)
                throws Exception {
            await(reader.read(-1));
            writer.write(ANSWER);
            try {
                await(wait.of(writer));
                outcome.complete("sent");
            } catch (Exception e) {
                outcome.complete("failed");
            }
        }
    }

    record Case(TlsWire wire, String version, Run run, Wait outcome) {}

    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        TlsWire.tcp()
                .forEach(wire -> TlsPeer.VERSIONS.forEach(version -> Run.all().forEach(run -> {
                    for (Wait wait : Wait.values()) {
                        cases.add(new Case(wire, version, run, wait));
                    }
                })));
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void answerBehindThePeersEnd_isDelivered_orFailsTheFirstWait(Case each) throws Exception {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        try (NettyStreams streams = NettyStreams.create(each.wire.backend(), 1);
                StreamServer server = get(streams.startServer(
                        each.run.handler(each.outcome, outcome),
                        "127.0.0.1",
                        0,
                        ServerOptions.DEFAULT
                                .withTls(each.wire.server().protocols(each.version))
                                .withReporter((connection, failure) -> {})));
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(20_000);
            RawTlsClient client = RawTlsClient.connected(socket);
            client.write("question".getBytes(US_ASCII));
            client.end();
            boolean isDelivered = each.wire.hasHalfClose(each.version);
            byte[] received = isDelivered ? client.readExactly(ANSWER.length) : client.readToEnd();
            socket.shutdownOutput(); // otherwise waitClosed would have to wait for silence
            assertThat(get(outcome)).isEqualTo(isDelivered ? "sent" : "failed");
            assertThat(received).isEqualTo(isDelivered ? ANSWER : new byte[0]);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#all")
    void canWriteEof_tellsWhatThisConnectionCan(TlsWire wire) throws Exception {
        for (String version : TlsPeer.VERSIONS) {
            try (NettyStreams streams = NettyStreams.create(wire.backend())) {
                Wire.Pair pair = wire.securePair(streams, version);
                boolean can = wire.hasHalfClose(version);
                assertThat(pair.client().writer().canWriteEof()).isEqualTo(can);
                assertThat(pair.server().writer().canWriteEof()).isEqualTo(can);
                if (can) {
                    assertAnswersBehindTheEnd(pair.client(), pair.server());
                }
                pair.close();
            }
        }
    }

    private static void assertAnswersBehindTheEnd(StreamConnection near, StreamConnection far) throws Exception {
        near.writer().write("question".getBytes(US_ASCII));
        near.writer().writeEof();
        assertThat(get(far.reader().read(-1))).asString(US_ASCII).isEqualTo("question");
        CompletableFuture<byte[]> answer = near.reader().readExactly(ANSWER.length);
        far.writer().write(ANSWER);
        get(far.writer().flush());
        assertThat(get(answer)).isEqualTo(ANSWER);
        far.writer().write(ANSWER);
        far.writer().writeEof();
        assertThat(get(near.reader().read(-1))).isEqualTo(ANSWER);
        near.close();
        far.close();
        get(near.waitClosed());
        get(far.waitClosed());
    }

    /** A peer that sends bytes after its close_notify: they are not kept. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void bytesBehindThePeersEnd_areNotKept(TlsWire wire) throws Exception {
        CompletableFuture<StreamConnection> accepted = new CompletableFuture<>();
        ConnectionHandler handler = new ConnectionHandler() {
            @Override
            public void handle(StreamReader reader, StreamWriter writer) {}

            @Override
            public CompletableFuture<Void> start(StreamConnection connection) {
                accepted.complete(connection);
                return connection.waitClosed().handle((done, lost) -> null);
            }
        };
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1);
                StreamServer server = get(streams.startServer(handler, "127.0.0.1", 0, wire.server()));
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            RawTlsClient client = RawTlsClient.connected(socket);
            client.end();
            StreamConnection connection = get(accepted);
            assertThat(get(connection.reader().read(1))).isEmpty();
            Channel channel = channelOf(connection);
            long before = usedBytes(channel);
            byte[] junk = new byte[1 << 20];
            for (int i = 0; i < 32; i++) {
                socket.getOutputStream().write(junk);
            }
            assertThat(usedBytes(channel) - before).isLessThan(16 << 20);
            connection.abort();
        }
    }

    private static long usedBytes(Channel channel) {
        var metric = ((ByteBufAllocatorMetricProvider) channel.alloc()).metric();
        return metric.usedDirectMemory() + metric.usedHeapMemory();
    }

    /** C6 in both versions; the conformance suite has the default one. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#all")
    void close_whileThePeerTalks_losesNothing(TlsWire wire) throws Exception {
        byte[] bulk = Wire.pattern(4 << 20);
        for (String version : TlsPeer.VERSIONS) {
            try (NettyStreams streams = NettyStreams.create(wire.backend())) {
                Wire.Pair pair = wire.securePair(streams, version);
                pair.server().writer().write(new byte[2000]);
                get(pair.client().reader().peek(2000));
                pair.client().writer().write(bulk);
                pair.client().close();
                byte[] head = get(pair.server().reader().readExactly(100_000));
                for (int i = 0; i < 10; i++) {
                    pair.server().writer().write(new byte[2000]);
                    get(pair.server().writer().flush());
                }
                byte[] rest = get(pair.server().reader().read(-1));
                assertThat(head.length + rest.length).isEqualTo(bulk.length);
                CompletableFuture<Void> closed = pair.client().waitClosed();
                pair.server().close();
                get(closed);
            }
        }
    }
}
