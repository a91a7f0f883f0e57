package dev.nettystreams.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.NettyStreams;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each program to migrate and its successor, before the same peer: they answer alike. */
@Timeout(60)
class MigrationRecipesTest {
    /** What a peer sees. */
    @FunctionalInterface
    private interface Dialogue {
        String with(Peer peer) throws Exception;
    }

    private static String dialogue(int port, Dialogue dialogue) throws Exception {
        try (Peer peer = new Peer(port)) {
            return dialogue.with(peer);
        }
    }

    private static String words(Peer peer) throws Exception {
        String first = peer.ask("one two  three");
        peer.send("four\n\nlast");
        peer.end();
        return first + "\n" + peer.rest();
    }

    private static String wordsOf(Process server) throws Exception {
        try (BufferedReader out = new BufferedReader(new InputStreamReader(server.getInputStream(), UTF_8))) {
            return dialogue(Integer.parseInt(out.readLine()), MigrationRecipesTest::words);
        } finally {
            server.destroyForcibly();
        }
    }

    private static final String WORDS = """
            3 words, 3 so far
            1 words, 4 so far
            0 words, 4 so far
            1 words, 5 so far
            5 words in all
            """;

    @Test
    void asyncio_ours() throws Exception {
        assertThat(wordsOf(Program.start(WordServer.class))).isEqualTo(WORDS);
    }

    @Test
    void asyncio_theirs() throws Exception {
        boolean isThere = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "python3")));
        if (!isThere) {
            System.out.println("skipped: there is no python3 on this machine");
        }
        assumeTrue(isThere, "python3 is not on this machine");
        assertThat(wordsOf(new ProcessBuilder("python3", "src/main/python/word_server.py").start()))
                .isEqualTo(WORDS);
    }

    private static String frames(Peer peer) throws Exception {
        DataOutputStream out = new DataOutputStream(peer.out());
        DataInputStream in = new DataInputStream(peer.in());
        StringBuilder seen = new StringBuilder();
        for (String payload : new String[] {"one", "two", "three"}) {
            out.writeInt(payload.length());
            out.writeBytes(payload);
            seen.append(new String(in.readNBytes(in.readInt()), UTF_8)).append(';');
        }
        return seen.toString();
    }

    private static String login(Peer peer) throws Exception {
        peer.send("me\nsecret\n");
        return peer.rest();
    }

    @Test
    void nettyCodecs() throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IoBackend.NIO.ioHandlerFactory());
        try (NettyStreams streams = NettyStreams.create()) {
            Channel frames = NettyFrameServer.start(group, 0);
            assertThat(dialogue(
                            FrameServer.start(streams, 0)
                                    .get(20, TimeUnit.SECONDS)
                                    .port(),
                            peer -> frames(peer)))
                    .isEqualTo(dialogue(port(frames), peer -> frames(peer)))
                    .isEqualTo("ONE;TWO;THREE;");
            Channel lines = NettyLineServer.start(group, 0);
            assertThat(dialogue(
                            LineServer.start(streams, 0)
                                    .get(20, TimeUnit.SECONDS)
                                    .port(),
                            peer -> login(peer)))
                    .isEqualTo(dialogue(port(lines), peer -> login(peer)))
                    .isEqualTo("user?\npassword?\nhello, me with 6 characters\n");
            frames.close().sync();
            lines.close().sync();
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    private static int port(Channel listener) {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    private static String records(Peer peer) throws Exception {
        peer.send("3\nabc5\nde\nfg1\n");
        String two = peer.line() + ";" + peer.line();
        peer.send("x2\nyz");
        return two + ";" + peer.line() + ";" + peer.line();
    }

    @Test
    void vertx() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (NettyStreams streams = NettyStreams.create()) {
            int theirs = VertxRecordServer.start(vertx, 0)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS)
                    .actualPort();
            int ours = RecordServer.start(streams, 0).get(20, TimeUnit.SECONDS).port();
            assertThat(dialogue(ours, peer -> records(peer)))
                    .isEqualTo(dialogue(theirs, peer -> records(peer)))
                    .isEqualTo("3 bytes, the first is 97;5 bytes, the first is 100;"
                            + "1 bytes, the first is 120;2 bytes, the first is 121");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }
}
