package dev.nettystreams.demos.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.nettystreams.demos.DemoProcess;
import dev.nettystreams.demos.Finished;
import dev.nettystreams.demos.Programs;
import dev.nettystreams.demos.RunOn;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SOCKS5 and HTTP's CONNECT, byte for byte and with foreign clients. */
@Timeout(60)
class ForwardProxyTest {
    private static final byte[] PAGE =
            "to whom it may concern\n".repeat(100_000).getBytes(UTF_8);
    private static final byte[] GREETING = {5, 1, 0};
    private static final byte[] NO_AUTHENTICATION = {5, 0};

    private static DemoProcess proxy;
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        proxy = DemoProcess.demo("forward-proxy", "--port", "0");
        port = proxy.listeningPort();
    }

    /** No client's misbehaviour is a line in the log. */
    @AfterEach
    void nothingIsReported() {
        assertThat(proxy.errors()).isEmpty();
    }

    @AfterAll
    static void end() throws Exception {
        try (DemoProcess ended = proxy) {
            assertThat(ended.terminate()).isZero();
        }
    }

    private static Socket client(byte[] bytes) throws IOException {
        Socket socket = DemoProcess.connect(port);
        socket.getOutputStream().write(bytes);
        return socket;
    }

    private static byte[] joined(byte[]... parts) {
        ByteBuffer all = ByteBuffer.allocate(
                Arrays.stream(parts).mapToInt(each -> each.length).sum());
        Arrays.stream(parts).forEach(all::put);
        return all.array();
    }

    private static byte[] toName(String host, int port) {
        byte[] name = host.getBytes(ISO_8859_1);
        return joined(new byte[] {5, 1, 0, 3, (byte) name.length}, name, portBytes(port));
    }

    private static byte[] portBytes(int port) {
        return new byte[] {(byte) (port >> 8), (byte) port};
    }

    private static byte[] answer(Socket client) throws IOException {
        client.shutdownOutput();
        return client.getInputStream().readAllBytes();
    }

    private static ServerSocket upstream() throws IOException {
        ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        listener.setSoTimeout(20_000);
        return listener;
    }

    private static int closedPort() throws IOException {
        try (ServerSocket listener = upstream()) {
            return listener.getLocalPort();
        }
    }

    /** Each way of naming the destination; the request byte by byte, and bytes for the destination right behind it. */
    @ParameterizedTest
    @ValueSource(strings = {"name", "IPv4", "HTTP"})
    void destination_isReached_andBothEndsArePassedOn(String way) throws Exception {
        try (ServerSocket listener = upstream()) {
            int to = listener.getLocalPort();
            byte[] request = switch (way) {
                case "name" -> joined(GREETING, toName("localhost", to));
                case "IPv4" -> joined(GREETING, new byte[] {5, 1, 0, 1, 127, 0, 0, 1}, portBytes(to));
                default ->
                    ("CONNECT localhost:" + to + " HTTP/1.1\r\nHost: localhost:" + to + "\r\nX: y\r\n\r\n")
                            .getBytes(ISO_8859_1);
            };
            try (Socket client = client(new byte[0])) {
                for (byte each : joined(request, "first".getBytes(ISO_8859_1))) {
                    client.getOutputStream().write(each);
                }
                try (Socket server = listener.accept()) {
                    assertThat(server.getInputStream().readNBytes(5))
                            .asString(ISO_8859_1)
                            .isEqualTo("first");
                    client.shutdownOutput();
                    assertThat(server.getInputStream().read()).isEqualTo(-1);
                    server.getOutputStream().write("last".getBytes(ISO_8859_1));
                }
                byte[] received = client.getInputStream().readAllBytes();
                assertThat(received).asString(ISO_8859_1).endsWith("last");
                if (way.equals("HTTP")) {
                    assertThat(received)
                            .asString(ISO_8859_1)
                            .startsWith("HTTP/1.1 200 ")
                            .contains("\r\n\r\nlast");
                } else {
                    assertThat(received)
                            .startsWith(5, 0, 5, 0, 0, 1, 127, 0, 0, 1)
                            .hasSize(2 + 10 + 4);
                }
            }
        }
    }

    static Stream<RunOn> ways() {
        return Arrays.stream(RunOn.values()).filter(RunOn::isAvailable);
    }

    /** The JDK's own client of SOCKS 5. */
    @ParameterizedTest
    @MethodSource("ways")
    void clientOfTheJdk_isServed_onEachKindOfThread(RunOn way) throws Exception {
        try (DemoProcess other = DemoProcess.demo("forward-proxy", "--port", "0", "--run-on", way.toString());
                ServerSocket listener = upstream()) {
            InetSocketAddress socks = new InetSocketAddress(InetAddress.getLoopbackAddress(), other.listeningPort());
            try (Socket client = new Socket(new Proxy(Proxy.Type.SOCKS, socks))) {
                client.connect(InetSocketAddress.createUnresolved("localhost", listener.getLocalPort()), 20_000);
                try (Socket server = listener.accept()) {
                    server.getOutputStream().write(PAGE);
                }
                assertThat(client.getInputStream().readAllBytes()).isEqualTo(PAGE);
            }
            assertThat(other.terminate()).isZero();
            assertThat(other.errors()).isEmpty();
        }
    }

    @Test
    void curl_goesThroughIt_byBothProtocols() throws Exception {
        Programs.require("curl");
        HttpServer web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, PAGE.length);
            exchange.getResponseBody().write(PAGE);
            exchange.close();
        });
        web.start();
        try {
            String url = "http://127.0.0.1:" + web.getAddress().getPort() + "/";
            for (String scheme : List.of("socks5h", "http")) {
                Finished page = Finished.run(
                        new byte[0],
                        List.of(
                                "curl",
                                "-sS",
                                "--noproxy",
                                "",
                                "--proxytunnel",
                                "--proxy",
                                scheme + "://127.0.0.1:" + port,
                                url));
                assertThat(page.err()).isEmpty();
                assertThat(page.out()).isEqualTo(PAGE);
            }
        } finally {
            web.stop(0);
        }
    }

    @Test
    void refusedConnection_isToldInTheProtocolsWords() throws Exception {
        int closed = closedPort();
        try (Socket socks = client(joined(GREETING, toName("127.0.0.1", closed)))) {
            assertThat(answer(socks)).isEqualTo(new byte[] {5, 0, 5, 5, 0, 1, 0, 0, 0, 0, 0, 0});
        }
        try (Socket http = client(("CONNECT 127.0.0.1:" + closed + " HTTP/1.1\r\n\r\n").getBytes(ISO_8859_1))) {
            assertThat(answer(http))
                    .asString(ISO_8859_1)
                    .startsWith("HTTP/1.1 502 ")
                    .contains("127.0.0.1:" + closed)
                    .endsWith("\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "05 01 02, 05 ff", // only passwords
        "05 00, 05 ff", // no method at all
        "05 01 00 05 02 00 01 7f 00 00 01 00 50, 05 00 05 07 00 01 00 00 00 00 00 00", // BIND
        "05 01 00 05 03 00 01 7f 00 00 01 00 50, 05 00 05 07 00 01 00 00 00 00 00 00", // UDP ASSOCIATE
        "05 01 00 05 01 00 02 7f 00 00 01 00 50, 05 00 05 08 00 01 00 00 00 00 00 00", // an unknown type of address
        "05 01 00 04 01 00 01 7f 00 00 01 00 50, 05 00 05 01 00 01 00 00 00 00 00 00", // another version
        "05 01 00 05 01 00 01 7f 00 00 01 00 00, 05 00 05 01 00 01 00 00 00 00 00 00", // port 0
        "05 01 00 05 01 00 03 00 00 50, 05 00 05 01 00 01 00 00 00 00 00 00", // no name
    })
    void socks_thatIsNotServed_isRefused(String request, String answer) throws Exception {
        try (Socket client = client(hex(request))) {
            assertThat(client.getInputStream().readAllBytes()).isEqualTo(hex(answer));
        }
    }

    private static byte[] hex(String text) {
        return java.util.HexFormat.ofDelimiter(" ").parseHex(text);
    }

    @ParameterizedTest
    @CsvSource({
        "GET http://localhost/ HTTP/1.1, 405",
        "CONNECT localhost HTTP/1.1, 400",
        "CONNECT localhost:0 HTTP/1.1, 400",
        "CONNECT localhost:99999 HTTP/1.1, 400",
        "CONNECT unix:/tmp/x HTTP/1.1, 400",
        "CONNECT localhost:80 HTTP/2.0, 400",
        "CONNECT  localhost:80 HTTP/1.1, 400",
        "hello, 400",
    })
    void http_thatIsNotServed_isRefused(String line, String status) throws Exception {
        try (Socket client = client((line + "\r\n").getBytes(ISO_8859_1))) {
            assertThat(client.getInputStream().readAllBytes())
                    .asString(ISO_8859_1)
                    .startsWith("HTTP/1.1 " + status + " ");
        }
    }

    @Test
    void endlessHeader_isRefused() throws Exception {
        try (Socket client = client("CONNECT localhost:80 HTTP/1.1\r\n".getBytes(ISO_8859_1))) {
            byte[] field = ("X: " + "y".repeat(1000) + "\r\n").getBytes(ISO_8859_1);
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 100_000; i++) {
                            client.getOutputStream().write(field);
                        }
                    })
                    .isInstanceOf(SocketException.class);
        }
    }

    /** Clients that leave, in good order or not, wherever they are in their request. */
    @Test
    void clientsThatLeave_areNoFailure() throws Exception {
        byte[] request = joined(GREETING, toName("localhost", closedPort()));
        for (int length = 0; length < request.length; length++) {
            for (boolean isReset : new boolean[] {false, true}) {
                try (Socket client = client(Arrays.copyOf(request, length))) {
                    if (isReset) {
                        client.setSoLinger(true, 0);
                    } else {
                        byte[] answer = length < GREETING.length ? new byte[0] : NO_AUTHENTICATION;
                        assertThat(answer(client)).isEqualTo(answer);
                    }
                }
            }
        }
    }
}
