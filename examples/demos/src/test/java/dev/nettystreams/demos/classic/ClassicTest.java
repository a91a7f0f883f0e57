package dev.nettystreams.demos.classic;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.demos.DemoProcess;
import dev.nettystreams.demos.Finished;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(40)
class ClassicTest {
    @TempDir
    Path directory;

    private static Finished run(Class<?> main, String... arguments) throws Exception {
        Finished program = Finished.run(new byte[0], DemoProcess.commandLine(main, arguments));
        assertThat(program.err()).isEmpty();
        assertThat(program.status()).isZero();
        return program;
    }

    @Test
    void echoClient_talksToEchoServer() throws Exception {
        try (DemoProcess server = DemoProcess.start(TcpEchoServer.class, "0")) {
            String serving = server.line();
            assertThat(serving).startsWith("Serving on [/127.0.0.1:");
            String port = serving.replaceAll(".*:(\\d+)]", "$1");
            assertThat(run(TcpEchoClient.class, port).text().lines())
                    .containsExactly("Send: 'Hello World!'", "Received: 'Hello World!'", "Close the connection");
            assertThat(server.line()).startsWith("Received 'Hello World!' from /127.0.0.1:");
            assertThat(server.line()).isEqualTo("Send: 'Hello World!'");
            assertThat(server.line()).isEqualTo("Close the connection");
            assertThat(server.errors()).isEmpty();
        }
    }

    @Test
    void httpHeaders_arePrinted() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DemoProcess program =
                        DemoProcess.start(HttpHeaders.class, "http://127.0.0.1:" + listener.getLocalPort() + "/");
                Socket peer = listener.accept()) {
            peer.getOutputStream().write("HTTP/1.0 204 Nothing\r\nA: b\r\n\r\n".getBytes(US_ASCII));
            peer.shutdownOutput();
            assertThat(program.line()).isEqualTo("HTTP header> HTTP/1.0 204 Nothing");
            assertThat(program.line()).isEqualTo("HTTP header> A: b");
            assertThat(program.exitStatus()).isZero();
        }
    }

    @Test
    void openSocket_isRegistered() throws Exception {
        assertThat(run(RegisterOpenSocket.class).text()).isEqualTo("Received: abc\n");
    }

    @Test
    void unixEcho_saysHelloToItself() throws Exception {
        assertThat(run(UnixEcho.class, directory.resolve("echo").toString()).text())
                .endsWith("Received: Hello World!\n");
    }
}
