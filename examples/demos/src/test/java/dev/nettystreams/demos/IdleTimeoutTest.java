package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.StreamLimits;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryOptions;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.TypeConversionException;

/** {@code --idle-timeout} of every server. */
@Timeout(60)
class IdleTimeoutTest {
    /**
     * A client that sends some bytes, and falls silent.
     *
     * @param options of the server
     * @param words the bytes
     * @param answer a pattern
     */
    record Client(String command, List<String> options, String words, String answer) {
        Client(String command, String words, String answer) {
            this(command, List.of(), words, answer);
        }

        @Override
        public String toString() {
            return command + options + " " + words;
        }
    }

    @TempDir
    static Path directory;

    private static final Map<List<String>, DemoServer> SERVERS = new LinkedHashMap<>();
    private static final Map<Client, Socket> SOCKETS = new LinkedHashMap<>();
    private static EchoPeer echo;

    static Collection<Client> clients() {
        List<Client> clients = new ArrayList<>(List.of(
                new Client("echo-server", "hello", "hello"),
                new Client("resp-server", "PING\r\n", "\\+PONG\r\n"),
                new Client("smtp-server", "NOOP\r\n", "220 .*250 .*421 4.4.2 nothing for 2 s\r\n"),
                new Client("chat-server", "ada\r\n", ".*ada.*\\* not a line for 2 s; good-bye\n"),
                new Client("proxy", "hello", "hello")));
        String late = "HTTP/1.1 408 .*\r\nConnection: close\r\n\r\n.*";
        for (RunOn runOn : RunOn.values()) { // the answer takes a look at what has arrived
            if (runOn.isAvailable()) {
                List<String> options = List.of("--run-on", runOn.toString());
                clients.add(new Client("serve-files", options, "GET /x HT", late));
                clients.add(new Client("serve-files", options, "GET /x HTTP/1.1\r\nHo", late));
                clients.add(new Client(
                        "serve-files", options, "GET /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n1", late));
                clients.add(new Client("serve-files", options, "", ""));
                clients.add(new Client(
                        "serve-files", options, "GET /x HTTP/1.1\r\nHost: h\r\n\r\n", "HTTP/1.1 404 .*such file\n"));
            }
        }
        return clients;
    }

    /** All at once, for their silence takes a while. */
    @BeforeAll
    static void fallSilent() throws Exception {
        echo = new EchoPeer(50);
        for (Client client : clients()) {
            List<String> command = new ArrayList<>(List.of(client.command(), "--port", "0", "--idle-timeout", "2s"));
            command.addAll(client.options());
            if (client.command().equals("proxy")) {
                command.addAll(List.of("--to", echo.address()));
            } else if (client.command().equals("serve-files")) {
                command.add(directory.toString());
            }
            if (!SERVERS.containsKey(command)) {
                SERVERS.put(command, DemoServer.demo(command.toArray(String[]::new)));
            }
            Socket socket = DemoProcess.connect(SERVERS.get(command).listeningPort());
            socket.getOutputStream().write(client.words().getBytes(ISO_8859_1));
            SOCKETS.put(client, socket);
        }
    }

    @AfterAll
    static void end() throws Exception {
        List<DemoServer> servers = new ArrayList<>(SERVERS.values());
        Collections.reverse(servers);
        for (DemoServer server : servers) {
            try (server) {
                assertThat(server.terminate()).isZero();
                assertThat(server.errors()).isEmpty();
            }
        }
        echo.close();
    }

    @ParameterizedTest
    @MethodSource("clients")
    void silentClient_isSentTheGoodbye_andAnOrderlyEnd(Client client) throws Exception {
        try (Socket socket = SOCKETS.get(client)) {
            if (client.command().equals("proxy")) {
                assertThat(socket.getInputStream().readNBytes(5))
                        .asString(ISO_8859_1)
                        .isEqualTo("hello");
                assertThat(endOf(socket)).isTrue();
            } else {
                assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
                        .matches("(?s)" + client.answer());
            }
        }
    }

    /** A tunnel has no goodbye, and its end may be a reset. */
    private static boolean endOf(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    /** Each request begins the time anew. Time is turned by hand. */
    @Test
    void clientThatSpeaksInTime_isServedOn() {
        ManualLoop loop = new ManualLoop();
        MemoryPair pair = MemoryStreams.pair(loop, StreamLimits.DEFAULT, MemoryOptions.DEFAULT);
        pair.far()
                .serve(
                        RunOn.CALLBACKS.handler((reader, writer) ->
                                new IdleLimit(new EchoServer().dialogue(reader, writer), Duration.ofSeconds(10))),
                        (connection, failure) -> {
                            throw new AssertionError(failure);
                        });
        CompletableFuture<byte[]> echo = pair.near().reader().readAll(100);
        for (int i = 0; i < 5; i++) {
            pair.near().writer().write(new byte[] {'a'});
            loop.runReady();
            loop.advance(Duration.ofSeconds(9));
            assertThat(echo).isNotDone();
        }
        loop.advance(Duration.ofSeconds(1));
        assertThat(echo).isCompletedWithValueMatching(bytes -> bytes.length == 5);
    }

    @Test
    void time_hasAUnit() {
        DurationConverter converter = new DurationConverter();
        assertThat(converter.convert("300ms")).isEqualTo(Duration.ofMillis(300));
        assertThat(converter.convert("30")).isEqualTo(Duration.ofSeconds(30));
        assertThat(converter.convert("5m")).isEqualTo(Duration.ofMinutes(5));
        assertThat(converter.convert("2h")).isEqualTo(Duration.ofHours(2));
        for (String wrong : new String[] {"0", "-1", "5 s", "1d", "", "9999999999"}) {
            assertThatThrownBy(() -> converter.convert(wrong))
                    .isInstanceOf(TypeConversionException.class)
                    .hasMessage("not a time such as 300ms, 30s or 5m: " + wrong);
        }
    }
}
