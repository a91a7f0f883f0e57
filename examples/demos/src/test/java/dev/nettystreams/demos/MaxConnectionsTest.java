package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.netty.IoBackend;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The number of clients that a server has at once; others wait. */
@Timeout(60)
class MaxConnectionsTest {
    private static final int CLIENTS = 300;

    @ParameterizedTest
    @CsvSource({
        "0, 17, 1, 1",
        "64, 17, 1, 1",
        "65, 17, 2, 1",
        "96, 17, 1, 16",
        "96, 64, 2, 8",
        "192, 112, 1, 40",
        "192, 112, 2, 20",
        "64, 112, 1, 1",
        "1024, 17, 1, 480",
        "1024, 17, 2, 240",
        "2064, 17, 1, 1000",
        "1048576, 17, 1, 1000",
        "1048576, 17, 2, 500",
        "9223372036854775807, 0, 1, 1000"
    })
    void cap_isHalfOfWhatTheDescriptorsLeave(long descriptors, long open, int each, int cap) {
        assertThat(ConnectionCap.of(descriptors, open, each)).isEqualTo(cap);
    }

    @ParameterizedTest
    @CsvSource({
        "echo-server, hello, hello, hello",
        "resp-server, PING, +PONG, PING",
        "smtp-server, NOOP, 220, NOOP",
        "chat-server, ada, *, /who",
        "proxy, hello, hello, hello",
        "exec-server, hello, hello, hello"
    })
    void clientBeyondTheCap_waitsForItsTurn(String command, String words, String answer, String more) throws Exception {
        try (EchoPeer echo = new EchoPeer(CLIENTS);
                DemoServer server = start(command, echo, "--max-connections", "1");
                Socket first = talk(server.listeningPort(), words)) {
            BufferedReader toFirst = reader(first);
            assertThat(toFirst.readLine()).startsWith(answer);
            int port = first.getPort();
            try (Socket second = talk(port, words)) {
                for (int i = 0; i < 100; i++) {
                    first.getOutputStream().write((more + "\r\n").getBytes(US_ASCII));
                    assertThat(toFirst.readLine()).isNotNull();
                }
                assertThat(second.getInputStream().available()).isZero();
                first.shutdownOutput();
                while (toFirst.readLine() != null) {} // until the server has closed
                assertThat(reader(second).readLine()).startsWith(answer);
            }
        }
    }

    private static DemoServer start(String command, EchoPeer echo, String... options) throws Exception {
        return DemoServer.demo(Stream.concat(arguments(command, echo).stream(), Arrays.stream(options))
                .toArray(String[]::new));
    }

    private static List<String> arguments(String command, EchoPeer echo) {
        List<String> arguments = new ArrayList<>(List.of(command, "--port", "0"));
        if (command.equals("proxy")) {
            arguments.addAll(List.of("--to", echo.address()));
        } else if (command.equals("exec-server")) {
            arguments.add("cat");
        }
        return arguments;
    }

    private static Socket talk(int port, String words) throws IOException {
        Socket socket = DemoProcess.connect(port);
        socket.getOutputStream().write((words + "\r\n").getBytes(US_ASCII));
        return socket;
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
    }

    static List<String> backends() {
        return IoBackend.available().stream()
                .map(backend -> backend.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    /** All clients at once, more than the process has descriptors for: none is reset. */
    @ParameterizedTest
    @MethodSource("backends")
    void proxy_withFewDescriptors_resetsNobody(String backend) throws Exception {
        Programs.require("sh");
        try (EchoPeer echo = new EchoPeer(CLIENTS);
                DemoProcess proxy = DemoProcess.demoWithDescriptors(
                        192, "proxy", "--port", "0", "--backend", backend, "--to", echo.address())) {
            int port = proxy.listeningPort();
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(talk(port, "client " + i));
            }
            for (int i = 0; i < CLIENTS; i++) {
                try (Socket client = clients.get(i)) {
                    assertThat(reader(client).readLine()).as(proxy.errors()).isEqualTo("client " + i);
                }
            }
            assertThat(proxy.terminate()).isZero();
            assertThat(proxy.errors()).isEmpty();
        }
    }
}
