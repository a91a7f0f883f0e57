package dev.nettystreams.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.Await;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.FailureReporter;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.StreamsPerBackend;
import dev.nettystreams.netty.support.Wire;
import dev.nettystreams.netty.support.Wire.Served;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** O1: the counts of a server, over every wire and in every way of running. */
@ExtendWith(NoLeaks.class)
class ServerMetricsTest {
    private static final FailureReporter SILENT = (connection, failure) -> {};
    private static final byte[] LINE = "0123456789\n".getBytes(US_ASCII);

    @RegisterExtension
    static final StreamsPerBackend STREAMS = new StreamsPerBackend(NettyStreams::create);

    /** A way of running a handler that echoes lines. */
    record Way(String name, ConnectionHandler handler) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Way> ways() {
        ConnectionHandler straight = (reader, writer) -> {
            for (byte[] line : reader.lines()) {
                writer.write(line);
                Await.await(writer.drain());
            }
        };
        List<Way> ways = new ArrayList<>(List.of(
                new Way(
                        "callbacks",
                        ConnectionHandler.callbacks((reader, writer) -> reader.forEachLine(line -> {
                            writer.write(line);
                            return writer.drain();
                        }))),
                new Way("threads", Await.onThreads(straight))));
        if (Await.isOnEventLoopAvailable()) {
            ways.add(new Way("loop", Await.onEventLoop(straight)));
        }
        return ways.stream();
    }

    static Stream<Arguments> wiresAndWays() {
        return Wire.all().flatMap(wire -> ways().map(way -> Arguments.of(wire, way)));
    }

    static Stream<Wire> wires() {
        return Wire.all();
    }

    private static Served serve(Wire wire, ConnectionHandler handler) throws Exception {
        return wire.serve(STREAMS.over(wire.backend()), handler, ServerOptions.DEFAULT.withReporter(SILENT));
    }

    @ParameterizedTest
    @MethodSource("wiresAndWays")
    void counts_areTheSumsOfAllConnections_openAndEnded(Wire wire, Way way) throws Exception {
        Served served = serve(wire, way.handler());
        ServerMetrics metrics = served.server().metrics();
        StreamConnection first = served.connect();
        echo(first);
        assertThat(metrics.bytesRead()).isEqualTo(LINE.length);
        StreamConnection second = served.connect();
        echo(second);
        assertThat(metrics.connectionsAccepted()).isEqualTo(2);
        assertThat(metrics.connectionsOpen()).isEqualTo(2);
        assertThat(metrics.bytesRead()).isEqualTo(2L * LINE.length);
        assertThat(metrics.bytesWritten()).isEqualTo(2L * LINE.length);
        first.close();
        Wire.get(first.waitClosed());
        echo(second);
        assertThat(metrics.bytesRead()).isEqualTo(3L * LINE.length);
        second.close();
        served.server().close();
        Wire.get(served.server().waitClosed());
        assertThat(metrics.connectionsAccepted()).isEqualTo(2);
        assertThat(metrics.connectionsOpen()).isZero();
        assertThat(metrics.connectionsFailed()).isZero();
        assertThat(metrics.connectionsRefused()).isZero();
        assertThat(metrics.bytesRead()).isEqualTo(3L * LINE.length);
        assertThat(metrics.bytesWritten()).isEqualTo(3L * LINE.length);
    }

    private static void echo(StreamConnection client) throws Exception {
        client.writer().write(LINE);
        assertThat(Wire.get(client.reader().readLine())).isEqualTo(LINE);
    }

    @ParameterizedTest
    @MethodSource("wires")
    void connection_whoseHandlerFails_hasFailed(Wire wire) throws Exception {
        Served served = serve(
                wire,
                ConnectionHandler.callbacks(
                        (reader, writer) -> reader.readLine().thenApply(line -> {
                            throw new IllegalStateException("of the program");
                        })));
        StreamConnection client = served.connect();
        client.writer().write(LINE);
        Wire.get(client.reader().readAll(1));
        client.close();
        served.server().close();
        Wire.get(served.server().waitClosed());
        assertThat(served.server().metrics().connectionsAccepted()).isEqualTo(1);
        assertThat(served.server().metrics().connectionsFailed()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("wires")
    void connection_thatItsHookCloses_isRefused(Wire wire) throws Exception {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Served served = wire.serve(
                STREAMS.over(wire.backend()),
                Wire.ECHO,
                ServerOptions.DEFAULT.withReporter(SILENT).withChannel(channel -> {
                    channel.closeFuture().addListener(closed -> ended.complete(null));
                    channel.close();
                }));
        StreamConnection client = served.connect();
        Wire.get(ended);
        Wire.get(client.reader().readAll(1).handle((all, failure) -> true));
        client.abort();
        served.server().close();
        Wire.get(served.server().waitClosed());
        assertThat(served.server().metrics().connectionsRefused()).isEqualTo(1);
        assertThat(served.server().metrics().connectionsAccepted()).isZero();
    }

    /** A server whose client does not read, and then does. */
    @ParameterizedTest
    @MethodSource("wires")
    void clientThatDoesNotRead_makesADrainWait(Wire wire) throws Exception {
        CompletableFuture<Void> clogged = new CompletableFuture<>();
        byte[] bulk = new byte[16 << 20];
        Served served = serve(wire, ConnectionHandler.callbacks((reader, writer) -> {
            writer.writeOwned(ByteBuffer.wrap(bulk));
            CompletableFuture<Void> drained = writer.drain();
            clogged.complete(null);
            return drained;
        }));
        StreamConnection client = served.connect();
        Wire.get(clogged);
        ServerMetrics metrics = served.server().metrics();
        assertThat(metrics.drainsWaited()).isEqualTo(1);
        assertThat(metrics.bytesWritten()).isEqualTo(bulk.length);
        assertThat(Wire.get(client.reader().readExactly(bulk.length))).hasSize(bulk.length);
        client.close();
        served.server().close();
        Wire.get(served.server().waitClosed());
        assertThat(metrics.drainsWaited()).isEqualTo(1);
        assertThat(metrics.bytesWritten()).isEqualTo(bulk.length);
    }

    /** Counts of connections that end while somebody looks are neither lost nor counted twice. */
    @ParameterizedTest
    @MethodSource("wires")
    void counts_neverFall_whileConnectionsEnd(Wire wire) throws Exception {
        Served served = serve(wire, Wire.ECHO);
        ServerMetrics metrics = served.server().metrics();
        List<CompletableFuture<?>> clients = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            clients.add(served.connecting().thenCompose(client -> {
                client.writer().write(LINE);
                return client.reader().readExactly(LINE.length).whenComplete((line, lost) -> client.close());
            }));
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(clients.toArray(CompletableFuture[]::new));
        long before = 0;
        while (!all.isDone()) {
            long now = metrics.bytesRead();
            assertThat(now).isBetween(before, 40L * LINE.length);
            before = now;
        }
        Wire.get(all);
        served.server().close();
        Wire.get(served.server().waitClosed());
        assertThat(metrics.bytesRead()).isEqualTo(40L * LINE.length);
    }
}
