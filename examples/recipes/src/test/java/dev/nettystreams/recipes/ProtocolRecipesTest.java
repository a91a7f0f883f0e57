package dev.nettystreams.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.Await;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lines, frames, a pool, a pipeline. */
@Timeout(60)
class ProtocolRecipesTest {
    private final NettyStreams streams = NettyStreams.create();

    @AfterEach
    void close() {
        streams.close();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private int keyValueServer() throws Exception {
        return get(new KeyValueServer().start(streams, 0)).port();
    }

    @Test
    void lineProtocol() throws Exception {
        try (Peer peer = new Peer(keyValueServer())) {
            assertThat(peer.ask("SET colour deep blue")).isEqualTo("OK");
            assertThat(peer.ask("GET colour\r")).isEqualTo("VALUE deep blue");
            assertThat(peer.ask("GET shape")).isEqualTo("NONE");
            assertThat(peer.ask("DELETE")).startsWith("ERROR expected SET");
            peer.send("SET a 1\nGET a\n");
            assertThat(peer.line()).isEqualTo("OK");
            assertThat(peer.line()).isEqualTo("VALUE 1");
            assertThat(peer.ask("x".repeat(1025))).isEqualTo("ERROR a line has more than 1024 bytes");
            assertThat(peer.line()).isNull();
        }
    }

    @Test
    void lineThatIsNoText() throws Exception {
        try (Peer peer = new Peer(keyValueServer())) {
            peer.out().write(new byte[] {'G', (byte) 0xff, '\n'});
            assertThat(peer.line()).isEqualTo("ERROR a line is not UTF-8");
            assertThat(peer.line()).isNull();
        }
    }

    @Test
    void frames() throws Exception {
        int port = get(FrameServer.start(streams, 0)).port();
        try (Peer peer = new Peer(port)) {
            DataOutputStream out = new DataOutputStream(peer.out());
            DataInputStream in = new DataInputStream(peer.in());
            for (String payload : List.of("one", "", "x".repeat(100_000))) {
                out.writeInt(payload.length());
                out.writeBytes(payload);
                assertThat(new String(in.readNBytes(in.readInt()), UTF_8)).isEqualToIgnoringCase(payload);
            }
            peer.end();
            assertThat(in.read()).isEqualTo(-1);
        }
        try (Peer peer = new Peer(port)) {
            new DataOutputStream(peer.out()).writeInt(Integer.MAX_VALUE);
            assertThat(peer.in().read()).isEqualTo(-1); // refused, and not allocated
        }
    }

    @Test
    void pool_usesItsConnectionsAgain() throws Exception {
        Set<Object> clients = ConcurrentHashMap.newKeySet();
        StreamServer server = get(streams.startServer(
                (reader, writer) -> {
                    clients.add(reader.connection().peerAddress());
                    for (String line : reader.text(UTF_8).lines()) {
                        writer.write("answer to " + line + "\n", UTF_8);
                    }
                },
                "127.0.0.1",
                0));
        try (ConnectionPool pool = new ConnectionPool(streams, "127.0.0.1", server.port(), 2)) {
            List<CompletableFuture<String>> replies = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                String line = Integer.toString(i);
                replies.add(Await.createTask(() -> pool.request(line)));
            }
            for (int i = 0; i < 50; i++) {
                assertThat(get(replies.get(i))).isEqualTo("answer to " + i);
            }
        }
        assertThat(clients).hasSizeBetween(1, 2);
    }

    @Test
    void pool_opensAnotherConnection_whenTheServerHasClosedOne() throws Exception {
        StreamServer server = get(streams.startServer(
                (reader, writer) -> {
                    writer.write(Await.await(reader.text(UTF_8).readLine()) + "\n", UTF_8);
                },
                "127.0.0.1",
                0));
        try (ConnectionPool pool = new ConnectionPool(streams, "127.0.0.1", server.port(), 1)) {
            assertThat(pool.request("one")).isEqualTo("one");
            Eventually.await(() -> server.connectionCount() == 0); // the server closes in its own time
            assertThat(pool.request("two")).isEqualTo("two");
        }
    }

    @Test
    void pipeline_keepsTheOrder() throws Exception {
        try (PipeliningClient client = PipeliningClient.connect(streams, "127.0.0.1", keyValueServer())) {
            List<CompletableFuture<String>> replies = new ArrayList<>();
            for (int i = 0; i < 5000; i++) {
                client.request("SET key" + i + " " + i);
                replies.add(client.request("GET key" + i));
            }
            for (int i = 0; i < 5000; i++) {
                assertThat(get(replies.get(i))).isEqualTo("VALUE " + i);
            }
        }
    }

    @Test
    void pipeline_failsWhatHasNoReply() throws Exception {
        StreamServer server = get(streams.startServer(
                (reader, writer) -> Await.await(reader.text(UTF_8).readLine()), "127.0.0.1", 0));
        try (PipeliningClient client = PipeliningClient.connect(streams, "127.0.0.1", server.port())) {
            CompletableFuture<String> reply = client.request("one");
            assertThatThrownBy(() -> get(reply))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(EOFException.class);
            assertThat(client.request("two")).isCompletedExceptionally();
        }
    }

    /** Callers that give up must not make room: a silent server would cost without a bound. */
    @Test
    void pipeline_boundsWhatASilentServerCosts_alsoIfCallersGiveUp() throws Exception {
        StreamServer server = get(streams.startServer(
                (reader, writer) -> {
                    Await.await(reader.connection().waitClosed());
                },
                "127.0.0.1",
                0));
        PipeliningClient client = PipeliningClient.connect(streams, "127.0.0.1", server.port());
        for (int i = 0; i < 1000; i++) {
            client.request("one").cancel(false);
        }
        CompletableFuture<CompletableFuture<String>> oneMore = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                oneMore.complete(client.request("one more"));
            } catch (Exception e) {
                oneMore.completeExceptionally(e);
            }
        });
        caller.start();
        Eventually.await(() -> oneMore.isDone() || caller.getState() == Thread.State.WAITING);
        assertThat(oneMore).isNotDone();
        client.close();
        assertThat(get(oneMore)).isNotNull(); // the end of the connection makes room
        caller.join();
    }

    /** A line feed in a request would make two of it, and shift every later reply. */
    @Test
    void requestOfTwoLines_isRefused() throws Exception {
        int port = keyValueServer();
        try (PipeliningClient pipeline = PipeliningClient.connect(streams, "127.0.0.1", port);
                ConnectionPool pool = new ConnectionPool(streams, "127.0.0.1", port, 1)) {
            assertThatIllegalArgumentException().isThrownBy(() -> pipeline.request("GET a\nGET b"));
            assertThatIllegalArgumentException().isThrownBy(() -> pool.request("GET a\nGET b"));
            assertThat(get(pipeline.request("GET a"))).isEqualTo("NONE");
            assertThat(pool.request("GET a")).isEqualTo("NONE");
        }
    }

    /** A server may say why it closes an idle connection: that is no reply to the next request. */
    @Test
    void pool_takesNoEarlierLineForAReply() throws Exception {
        StreamServer server = get(streams.startServer(
                (reader, writer) -> {
                    String line = Await.await(reader.text(UTF_8).readLine());
                    writer.write(line + "\n", UTF_8);
                    Await.await(writer.flush());
                    writer.write("closing an idle connection\n", UTF_8);
                },
                "127.0.0.1",
                0));
        try (ConnectionPool pool = new ConnectionPool(streams, "127.0.0.1", server.port(), 1)) {
            assertThat(pool.request("one")).isEqualTo("one");
            Eventually.await(() -> server.connectionCount() == 0);
            assertThat(pool.request("two")).isEqualTo("two");
        }
    }

    @Test
    void programs_run() throws Exception {
        int port = keyValueServer();
        assertThat(Printed.by(() -> ConnectionPool.main(new String[] {Integer.toString(port)})))
                .containsExactly("OK", "VALUE blue");
        assertThat(Printed.by(() -> PipeliningClient.main(new String[] {Integer.toString(port)})))
                .containsExactly("1000 times OK");
    }
}
