package dev.nettystreams.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pub/sub, a proxy, an HTTP Upgrade, files, processes, parsers, and a good end. */
@Timeout(60)
class ServerRecipesTest {
    private final NettyStreams streams = NettyStreams.create();

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        streams.close();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    /** Sends lines at the pace at which the sender receives its own, until something has happened. */
    private static void sendUntil(Peer sender, BooleanSupplier hasHappened) throws Exception {
        String line = "x".repeat(60_000);
        while (!hasHappened.getAsBoolean()) {
            assertThat(sender.ask(line)).isEqualTo(line);
        }
    }

    private static void awaitClients(PubSub broker) throws InterruptedException {
        Eventually.await(() -> broker.clientCount() == 2);
    }

    @Test
    void pubSub_dropsForTheSlowReader_andDelaysNobody() throws Exception {
        PubSub broker = new PubSub(PubSub.SlowReaderPolicy.DROP_OLDEST);
        int port = get(broker.start(streams, 0)).port();
        try (Peer slow = new Peer(port);
                Peer fast = new Peer(port)) {
            awaitClients(broker);
            slow.send("I am here\n");
            assertThat(fast.line()).isEqualTo("I am here");
            sendUntil(fast, () -> broker.droppedCount() > 3);
            assertThat(fast.ask("the newest")).isEqualTo("the newest");
            String last = slow.line();
            while (!last.equals("the newest")) {
                last = slow.line();
            }
        }
    }

    @Test
    void pubSub_disconnectsTheSlowReader() throws Exception {
        PubSub broker = new PubSub(PubSub.SlowReaderPolicy.DISCONNECT);
        int port = get(broker.start(streams, 0)).port();
        try (Peer slow = new Peer(port);
                Peer fast = new Peer(port)) {
            awaitClients(broker);
            slow.send("I am here\n");
            assertThat(fast.line()).isEqualTo("I am here");
            sendUntil(fast, () -> broker.clientCount() < 2);
            assertThat(fast.ask("still here")).isEqualTo("still here");
        }
    }

    @Test
    void proxy() throws Exception {
        int server = get(new KeyValueServer().start(streams, 0)).port();
        int port = get(TcpProxy.start(streams, 0, "127.0.0.1", server)).port();
        try (Peer peer = new Peer(port)) {
            assertThat(peer.ask("SET a 1")).isEqualTo("OK");
            peer.send("GET a\n");
            peer.end();
            assertThat(peer.rest()).isEqualTo("VALUE 1\n"); // the half-close went there, the answer came back
        }
    }

    @Test
    void upgrade_thereAndBack_inOneSegment() throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IoBackend.NIO.ioHandlerFactory());
        Channel listener = UpgradeServer.start(group, 0);
        try (Peer peer = new Peer(((InetSocketAddress) listener.localAddress()).getPort())) {
            String upgrade = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: lines\r\nConnection: upgrade\r\n\r\n";
            String plain = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
            peer.send(plain + upgrade + "one\ntwo\nend\n" + plain + upgrade + "three\n");
            List<String> lines = new ArrayList<>();
            while (lines.isEmpty() || !lines.get(lines.size() - 1).equals("line three")) {
                lines.add(peer.line());
            }
            assertThat(lines.stream().filter(line -> line.matches("line .*|this is HTTP|HTTP/1.1 .*")))
                    .containsExactly(
                            "HTTP/1.1 200 OK",
                            "this is HTTP",
                            "HTTP/1.1 101 Switching Protocols",
                            "line one",
                            "line two",
                            "HTTP/1.1 200 OK",
                            "this is HTTP",
                            "HTTP/1.1 101 Switching Protocols",
                            "line three");
            peer.end();
            assertThat(peer.rest()).isEmpty();
        } finally {
            listener.close().sync();
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void fileRanges() throws Exception {
        byte[] content = new byte[3_000_000];
        new Random(1).nextBytes(content);
        int port = get(new FileRanges(Files.write(directory.resolve("file"), content)).start(streams, 0))
                .port();
        try (StreamConnection connection = get(streams.openConnection("127.0.0.1", port))) {
            assertThat(FileRanges.fetch(connection, 0, 10)).isEqualTo(Arrays.copyOf(content, 10));
            assertThat(FileRanges.fetch(connection, 1_000_000, 1_500_000))
                    .isEqualTo(Arrays.copyOfRange(content, 1_000_000, 2_500_000));
            assertThat(FileRanges.fetch(connection, 2_999_999, 10)).containsExactly(content[2_999_999]);
            assertThat(FileRanges.fetch(connection, 5_000_000, 10)).isEmpty();
        }
    }

    @Test
    void fileRange_thatIsNone_isAnAnswer() throws Exception {
        int port = get(new FileRanges(Files.createFile(directory.resolve("file"))).start(streams, 0))
                .port();
        for (String request : List.of("", "1", "-1 2", "1 2 3", "9999999999999999999 1", "a b")) {
            try (Peer peer = new Peer(port)) {
                assertThat(peer.ask(request)).as(request).isEqualTo("ERROR expected an offset and a count");
                assertThat(peer.line()).isNull();
            }
        }
    }

    @Test
    void fetch_ofAServerThatCountsWrongly_isAnError() throws Exception {
        for (String count : List.of("11", "-1", "99999999999", "ERROR")) {
            StreamServer server =
                    get(streams.startServer((reader, writer) -> writer.write(count + "\n", UTF_8), "127.0.0.1", 0));
            try (StreamConnection connection = get(streams.openConnection("127.0.0.1", server.port()))) {
                assertThatThrownBy(() -> FileRanges.fetch(connection, 0, 10))
                        .isInstanceOf(IOException.class)
                        .hasMessage("expected a count of at most 10, not " + count);
            }
        }
    }

    private static void require(String program) {
        boolean isThere = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(each -> Files.isExecutable(Path.of(each, program)));
        if (!isThere) {
            System.out.println("skipped: there is no " + program + " on this machine");
        }
        assumeTrue(isThere, program + " is not on this machine");
    }

    @Test
    void childProcess() throws Exception {
        require("sort");
        int port = get(SortServer.start(streams, 0)).port();
        try (Peer peer = new Peer(port)) {
            peer.send("10\n9\n1\n");
            peer.end();
            assertThat(peer.rest()).isEqualTo("1\n9\n10\n");
        }
    }

    /** A reset is no EOF: nothing closes the child's standard input, so the server has to end the child. */
    @Test
    void childProcess_ofAClientThatResets_isEnded() throws Exception {
        require("sort");
        StreamServer server = get(SortServer.start(streams, 0));
        try (StreamConnection client = get(streams.openConnection("127.0.0.1", server.port()))) {
            client.writer().write("10\n9\n", UTF_8);
            get(client.writer().flush());
            Eventually.await(() -> ProcessHandle.current().children().anyMatch(ServerRecipesTest::isSort));
            client.abort();
        }
        Eventually.await(() -> server.connectionCount() == 0);
        assertThat(ProcessHandle.current().children().filter(ServerRecipesTest::isSort))
                .isEmpty();
    }

    private static boolean isSort(ProcessHandle child) {
        return child.isAlive() && child.info().command().orElse("").endsWith("sort");
    }

    @Test
    void parser_readsWhileTheDocumentArrives() throws Exception {
        int port = get(OrdersServer.start(streams, 0)).port();
        try (Peer peer = new Peer(port)) {
            GZIPOutputStream out = new GZIPOutputStream(peer.out(), true);
            out.write("<orders>".getBytes(UTF_8));
            for (int i = 1; i <= 1000; i++) {
                out.write(("<order quantity='" + i + "'/>").getBytes(UTF_8));
                if (i == 500) {
                    out.flush();
                }
            }
            out.write("</orders>".getBytes(UTF_8));
            out.finish();
            peer.end(); // later JDKs' GZIPInputStream asks whether another member follows
            assertThat(peer.line()).isEqualTo("sum 500500");
        }
    }

    /** A process of its own, ended by a signal. */
    @Test
    void shutdown_finishesTheAnswers_andSaysGoodbye() throws Exception {
        Process process = Program.start(GracefulShutdown.class);
        try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            int port = Integer.parseInt(out.readLine().replace("listening on port ", ""));
            try (Peer peer = new Peer(port)) {
                assertThat(peer.ask("one")).isEqualTo("answer to one");
                process.destroy();
                assertThat(peer.rest()).isEqualTo("goodbye\n");
            }
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }
}
