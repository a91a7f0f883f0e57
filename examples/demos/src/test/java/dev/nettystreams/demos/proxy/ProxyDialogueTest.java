package dev.nettystreams.demos.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.nettystreams.Await;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.TlsSession;
import dev.nettystreams.demos.BehindProxy;
import dev.nettystreams.demos.DemoCertificates;
import dev.nettystreams.demos.DemoProcess;
import dev.nettystreams.demos.Dialogue;
import dev.nettystreams.demos.ProxyHeader;
import dev.nettystreams.demos.RunOn;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.ServerOptions;
import dev.nettystreams.netty.StreamServer;
import dev.nettystreams.tls.Tls;
import dev.nettystreams.tls.TlsClient;
import dev.nettystreams.tls.TlsServer;
import dev.nettystreams.tls.TlsTrust;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class ProxyDialogueTest {
    private static final String V1 = "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n";

    @TempDir
    static Path directory;

    private static TlsServer server;
    private static TlsClient client;

    private final NettyStreams streams = NettyStreams.create();
    private final BlockingQueue<Throwable> reported = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> upstreamHeard = new LinkedBlockingQueue<>();
    private RunOn way = RunOn.CALLBACKS;

    @BeforeAll
    static void makeCertificates() throws Exception {
        DemoCertificates certificates = DemoCertificates.in(directory);
        server = Tls.server(Path.of(certificates.chain()), Path.of(certificates.key()));
        client = Tls.client().trusting(TlsTrust.pem(Path.of(certificates.root())));
    }

    @AfterEach
    void close() {
        streams.close();
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return Await.await(stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS));
    }

    private StreamServer start(ConnectionHandler handler, @Nullable TlsServer tls) throws Exception {
        ServerOptions options = ServerOptions.DEFAULT.withReporter((connection, failure) -> reported.add(failure));
        return get(streams.startServer(handler, "127.0.0.1", 0, tls == null ? options : options.withTls(tls)));
    }

    private StreamServer proxy(Route route, boolean acceptsHeader, @Nullable TlsServer tls) throws Exception {
        return acceptsHeader
                ? start(
                        way.handler((reader, writer) -> new BehindProxy(
                                reader, writer, tls, client -> dialogue(reader, writer, client, route))),
                        null)
                : start(way.handler((reader, writer) -> dialogue(reader, writer, ProxyHeader.of(writer), route)), tls);
    }

    private Dialogue dialogue(StreamReader reader, StreamWriter writer, ProxyHeader client, Route route) {
        return new ProxyDialogue(reader, writer, client, route, streams, null);
    }

    private static Route to(StreamServer upstream) {
        return new Route(new Destination.Tcp("127.0.0.1", upstream.port()), null, null);
    }

    /** Sends everything back once all of it has arrived, which takes an end of output. */
    private final ConnectionHandler mirror = (reader, writer) -> writer.write(Await.await(reader.readAll(1 << 23)));

    /** Answers a line with the bytes that came before its end. */
    private final ConnectionHandler lines = (reader, writer) -> {
        byte[] line = Await.await(reader.readLine());
        while (line.length > 0) {
            upstreamHeard.add(new String(line, UTF_8));
            writer.write(line);
            Await.await(writer.drain());
            line = Await.await(reader.readLine());
        }
    };

    @ParameterizedTest
    @EnumSource
    void bytesAndTheEnd_goThereAndBack(RunOn run) throws Exception {
        assumeThat(run.isAvailable()).isTrue();
        way = run;
        byte[] bytes = new byte[4 << 20];
        new Random(7).nextBytes(bytes);
        try (StreamServer upstream = start(mirror, null);
                StreamServer proxy = proxy(to(upstream), false, null);
                StreamConnection near = get(streams.openConnection("127.0.0.1", proxy.port()))) {
            near.writer().write(bytes);
            near.writer().writeEof();
            assertThat(get(near.reader().readAll(1 << 23))).isEqualTo(bytes);
        }
        assertThat(reported).isEmpty();
    }

    @Test
    void eitherSide_mayBeAUnixSocket() throws Exception {
        String far = directory.resolve("far").toString();
        String middle = directory.resolve("middle").toString();
        Route route = new Route(new Destination.Unix(far), HAProxyProtocolVersion.V1, null);
        get(streams.startUnixServer(mirror, far));
        get(streams.startUnixServer(
                way.handler((reader, writer) -> dialogue(reader, writer, ProxyHeader.of(writer), route)), middle));
        try (StreamConnection near = get(streams.openUnixConnection(middle))) {
            near.writer().write("over Unix".getBytes(US_ASCII));
            near.writer().writeEof();
            assertThat(get(near.reader().readAll(100))).asString().isEqualTo("PROXY UNKNOWN\r\nover Unix");
        }
    }

    /** TLS ends at one proxy and starts at the other; the header describes it in between. */
    @ParameterizedTest
    @EnumSource(HAProxyProtocolVersion.class)
    void tlsAndHeader_onBothSides(HAProxyProtocolVersion version) throws Exception {
        way = RunOn.CALLBACKS;
        try (StreamServer upstream = start(lines, null);
                StreamServer terminating = proxy(
                        new Route(new Destination.Tcp("127.0.0.1", upstream.port()), HAProxyProtocolVersion.V1, null),
                        true,
                        server);
                StreamServer originating = proxy(
                        new Route(
                                new Destination.Tcp("127.0.0.1", terminating.port()),
                                version,
                                client.upgrade("localhost")),
                        true,
                        null);
                StreamConnection near = get(streams.openConnection("127.0.0.1", originating.port()))) {
            near.writer().write((V1 + "hello\n").getBytes(US_ASCII));
            assertThat(upstreamHeard.poll(20, TimeUnit.SECONDS)).isEqualTo(V1);
            assertThat(upstreamHeard.poll(20, TimeUnit.SECONDS)).isEqualTo("hello\n");
            assertThat(get(near.reader().readExactly(V1.length() + 6)))
                    .asString()
                    .isEqualTo(V1 + "hello\n");
        }
        assertThat(reported).isEmpty();
    }

    /** The client's first flight in the header's segment, cut anywhere. */
    @ParameterizedTest
    @CsvSource({"1", "15", "44", "45", "46", "50", "100", "10000"})
    void headerAndClientHello_inOneSegment(int cut) throws Exception {
        try (StreamServer upstream = start(lines, null);
                StreamServer proxy = proxy(to(upstream), true, server);
                StreamServer cutting = start(cuttingTo(proxy.port(), cut), null);
                StreamConnection near = get(streams.openConnection("127.0.0.1", cutting.port()))) {
            TlsSession session = get(near.writer().startTls(client.upgrade("localhost"), V1.getBytes(US_ASCII)));
            assertThat(session.protocol()).isEqualTo("TLSv1.3");
            near.writer().write("secret\n".getBytes(US_ASCII));
            assertThat(get(near.reader().readLine())).asString().isEqualTo("secret\n");
        }
    }

    /** Collects the header and the bytes after it, and sends them in two segments. */
    private ConnectionHandler cuttingTo(int port, int cut) {
        return (reader, writer) -> {
            byte[] start = Await.await(reader.peek(V1.length() + 5 + 100)); // a ClientHello has more than that
            try (StreamConnection upstream = Await.await(streams.openConnection("127.0.0.1", port))) {
                upstream.writer().write(start, 0, Math.min(cut, start.length));
                Await.await(upstream.writer().flush());
                Await.await(reader.skip(Math.min(cut, start.length)));
                CompletableFuture<Long> there = reader.relayTo(upstream.writer());
                Await.await(upstream.reader().relayTo(writer));
                there.cancel(false);
            }
        };
    }

    @Test
    void clientWithoutAHeader_reachesNobody() throws Exception {
        try (StreamServer upstream = start(lines, null);
                StreamServer proxy = proxy(to(upstream), true, null);
                StreamConnection near = get(streams.openConnection("127.0.0.1", proxy.port()))) {
            near.writer().write("GET / HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
            assertThatThrownBy(() -> get(near.reader().read(1))).hasMessageContaining("reset");
            assertThat(reported.poll(20, TimeUnit.SECONDS)).hasMessageContaining("no PROXY header");
            assertThat(upstream.connectionCount()).isZero();
        }
    }

    @Test
    void silentClient_isCutOff_whenAHeaderIsDue() throws Exception {
        try (StreamServer upstream = start(lines, null);
                StreamServer proxy = proxy(to(upstream), true, null);
                StreamConnection near = get(streams.openConnection("127.0.0.1", proxy.port()))) {
            assertThatThrownBy(() -> get(near.reader().read(1))).hasMessageContaining("reset");
            assertThat(reported.poll(20, TimeUnit.SECONDS)).hasMessage("no PROXY header within 5 s");
        }
    }

    @Test
    void resetOfTheDestination_isPassedOn() throws Exception {
        ConnectionHandler resetting = (reader, writer) -> {
            Await.await(reader.readLine());
            writer.abort();
        };
        try (StreamServer upstream = start(resetting, null);
                StreamServer proxy = proxy(to(upstream), false, null);
                StreamConnection near = get(streams.openConnection("127.0.0.1", proxy.port()))) {
            near.writer().write("now\n".getBytes(US_ASCII));
            assertThatThrownBy(() -> get(near.reader().read(1))).hasMessageContaining("reset");
        }
    }

    @Test
    void resetOfTheClient_isPassedOn() throws Exception {
        BlockingQueue<Throwable> seen = new LinkedBlockingQueue<>();
        ConnectionHandler waiting = (reader, writer) -> {
            try {
                writer.write("go\n".getBytes(US_ASCII));
                Await.await(reader.read(-1));
            } catch (IOException e) {
                seen.add(e);
            }
        };
        try (StreamServer upstream = start(waiting, null);
                StreamServer proxy = proxy(to(upstream), false, null)) {
            resetAfterThreeBytes(proxy.port());
            assertThat(seen.poll(20, TimeUnit.SECONDS)).hasMessageContaining("reset");
        }
    }

    /** The destination accepts and then sends nothing; TLS would wait a minute for it. */
    @Test
    void resetOfTheClient_endsAHandshakeWithTheDestination() throws Exception {
        CompletableFuture<Void> hasEnded = new CompletableFuture<>();
        ConnectionHandler silent = (reader, writer) -> {
            try {
                while (Await.await(reader.read(4096)).length > 0) {
                    upstreamHeard.add("a part of a hello");
                }
            } finally {
                hasEnded.complete(null);
            }
        };
        try (StreamServer upstream = start(silent, null);
                StreamServer proxy = proxy(
                        new Route(new Destination.Tcp("127.0.0.1", upstream.port()), null, client.upgrade("localhost")),
                        false,
                        null)) {
            try (Socket near = DemoProcess.connect(proxy.port())) {
                assertThat(upstreamHeard.poll(20, TimeUnit.SECONDS)).isNotNull();
                near.setSoLinger(true, 0);
            }
            get(hasEnded);
            Await.await(proxy.shutdown(Duration.ofSeconds(5)).orTimeout(5, TimeUnit.SECONDS));
        }
    }

    private static void resetAfterThreeBytes(int port) throws IOException {
        try (Socket near = DemoProcess.connect(port)) {
            assertThat(near.getInputStream().readNBytes(3)).asString().isEqualTo("go\n");
            near.setSoLinger(true, 0);
        }
    }

    @Test
    void destinationThatIsNotThere_isReported_andTheClientReset() throws Exception {
        try (SocketChannel bound =
                SocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            int port = bound.socket().getLocalPort(); // no socket listens on it, and none can meanwhile
            try (StreamServer proxy =
                            proxy(new Route(new Destination.Tcp("127.0.0.1", port), null, null), false, null);
                    StreamConnection near = get(streams.openConnection("127.0.0.1", proxy.port()))) {
                assertThatThrownBy(() -> get(near.reader().read(1))).hasMessageContaining("reset");
                assertThat(reported.poll(20, TimeUnit.SECONDS)).isInstanceOf(ConnectException.class);
            }
        }
    }

    @Test
    void destinationWithAnotherName_hearsNothing() throws Exception {
        try (StreamServer upstream = start(lines, server);
                StreamServer proxy = proxy(
                        new Route(new Destination.Tcp("127.0.0.1", upstream.port()), null, client.upgrade("else.test")),
                        false,
                        null);
                StreamConnection near = get(streams.openConnection("127.0.0.1", proxy.port()))) {
            near.writer().write("secret\n".getBytes(US_ASCII));
            assertThatThrownBy(() -> get(near.reader().read(1))).hasMessageContaining("reset");
            assertThat(reported.poll(20, TimeUnit.SECONDS)).isNotNull();
            assertThat(upstreamHeard).isEmpty();
        }
    }

    /** It does not hold up the end of the proxy either. */
    @Test
    void endOfTheClient_leavesADestinationUnderTlsTimeToAnswer() throws Exception {
        ConnectionHandler late = (reader, writer) -> {
            writer.write("and the answer\n".getBytes(US_ASCII));
            Await.await(reader.read(-1));
        };
        try (StreamServer upstream = start(late, server);
                StreamServer proxy = proxy(
                        new Route(new Destination.Tcp("127.0.0.1", upstream.port()), null, client.upgrade("localhost")),
                        false,
                        null);
                StreamConnection near = get(streams.openConnection("127.0.0.1", proxy.port()))) {
            near.writer().writeEof();
            assertThat(get(near.reader().readLine())).asString().isEqualTo("and the answer\n");
            Await.await(proxy.shutdown(Duration.ofMillis(100)).orTimeout(5, TimeUnit.SECONDS));
            assertThatThrownBy(() -> get(near.reader().read(1))).hasMessageContaining("reset");
        }
    }

    /**
     * TLS as tested here cannot end one direction: once the destination has ended, the client is closed, with a
     * close_notify.
     */
    @Test
    void endOfTheDestination_endsAClientUnderTls() throws Exception {
        ConnectionHandler brief = (reader, writer) -> writer.write("that is all\n".getBytes(US_ASCII));
        try (StreamServer upstream = start(brief, null);
                StreamServer proxy = proxy(to(upstream), false, server);
                StreamConnection near =
                        get(streams.openConnection("127.0.0.1", proxy.port(), client.upgrade("localhost")))) {
            assertThat(get(near.reader().readAll(100))).asString().isEqualTo("that is all\n");
        }
    }
}
