package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code --proxy-protocol} of every server. */
@Timeout(60)
class BehindProxyTest {
    private static final String HEADER = "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n";

    @TempDir
    static Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "echo-server | 'hello' | 'hello'",
                "resp-server | 'PING\r\n' | '+PONG\r\n'",
                "smtp-server | 'QUIT\r\n' | '(?s)220 .*221 .*'",
                "chat-server | 'ada\r\n' | '(?s)\\* .*ada.*'",
                "serve-files | 'GET /x HTTP/1.0\r\n\r\n' | '(?s)HTTP/1.1 404 .*'",
                "proxy | 'hello' | 'hello'"
            })
    void header_comesFirst_andIsNoInput(String command, String words, String answer) throws Exception {
        try (EchoPeer echo = new EchoPeer(50);
                DemoServer server = DemoServer.demo(arguments(command, echo.address()))) {
            int port = server.listeningPort();
            try (Socket socket = DemoProcess.connect(port)) {
                socket.getOutputStream().write((HEADER + words).getBytes(ISO_8859_1));
                socket.shutdownOutput();
                assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
                        .matches(answer.replace("+", "\\+"));
            }
            try (Socket stranger = DemoProcess.connect(port)) {
                stranger.getOutputStream().write("nothing like a header".getBytes(ISO_8859_1));
                assertThat(answerTo(stranger)).isEmpty();
            }
            assertThat(server.terminate()).isZero();
            assertThat(server.errors()).contains("no PROXY header").hasLineCount(1);
        }
    }

    private static String answerTo(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        } catch (SocketException reset) {
            return "";
        }
    }

    private static String[] arguments(String command, String destination, String... more) {
        List<String> arguments = new ArrayList<>(List.of(command, "--port", "0", "--proxy-protocol"));
        arguments.addAll(List.of(more));
        if (command.equals("proxy")) {
            arguments.addAll(List.of("--to", destination));
        } else if (command.equals("serve-files")) {
            arguments.add(directory.toString());
        }
        return arguments.toArray(String[]::new);
    }

    /** RFC 5321, section 4.4: the trace names the client, not the proxy. */
    @Test
    void mail_isTracedToTheClient() throws Exception {
        try (DemoProcess server = DemoProcess.demo(arguments("smtp-server", ""));
                Socket socket = DemoProcess.connect(server.listeningPort())) {
            socket.getOutputStream()
                    .write((HEADER + "EHLO me\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n\r\nhi\r\n.\r\nQUIT\r\n")
                            .getBytes(ISO_8859_1));
            assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
                    .contains("\r\n250 2.0.0 taken\r\n");
            String line;
            do {
                line = server.line(); // the printed mail
            } while (!line.contains("192.0.2.1"));
            assertThat(server.terminate()).isZero();
        }
    }

    /** The client's first TLS record may follow the header in its segment. */
    @Test
    void tls_beginsBehindTheHeader() throws Exception {
        DemoCertificates certificates = DemoCertificates.in(directory);
        Programs.require("curl");
        try (DemoServer server = DemoServer.demo(
                arguments("serve-files", "", "--tls-cert", certificates.chain(), "--tls-key", certificates.key()))) {
            Finished curl = Finished.run(
                    new byte[0],
                    List.of(
                            "curl",
                            "-sS",
                            "--haproxy-protocol",
                            "--cacert",
                            certificates.root(),
                            "https://localhost:" + server.listeningPort() + "/missing"));
            assertThat(curl.err()).isEmpty();
            assertThat(curl.text()).isEqualTo("there is no such file\n");
        }
    }
}
