package dev.nettystreams.demos.classic;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.demos.DemoCertificates;
import dev.nettystreams.demos.DemoProcess;
import dev.nettystreams.demos.Finished;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
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
    void wordsOfAPeer_playNoTricksOnTerminals() throws Exception {
        try (DemoProcess server = DemoProcess.start(TcpEchoServer.class, "0");
                Socket peer = DemoProcess.connect(Integer.parseInt(server.line().replaceAll(".*:(\\d+)]", "$1")))) {
            peer.getOutputStream().write("a\33[2J\302\2332J".getBytes(ISO_8859_1));
            assertThat(server.line()).startsWith("Received 'a?[2J?2J' from ");
        }
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DemoProcess program =
                        DemoProcess.start(TcpEchoClient.class, Integer.toString(listener.getLocalPort()));
                Socket peer = listener.accept()) {
            peer.getOutputStream().write("a\33[2J".getBytes(US_ASCII));
            assertThat(program.line()).startsWith("Send: ");
            assertThat(program.line()).isEqualTo("Received: 'a?[2J'");
        }
    }

    /** Not in plaintext, and not to port 80. */
    @Test
    void httpHeaders_ofAnHttpsUrl_goByTls() throws Exception {
        DemoCertificates certificates = DemoCertificates.in(directory);
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        try (InputStream root = Files.newInputStream(Path.of(certificates.root()))) {
            roots.setCertificateEntry(
                    "root", CertificateFactory.getInstance("X.509").generateCertificate(root));
        }
        Path store = directory.resolve("roots.p12");
        try (OutputStream out = Files.newOutputStream(store)) {
            roots.store(out, "changeit".toCharArray());
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(certificates.localhost().toKeyManagerFactory().getKeyManagers(), null, null);
        try (ServerSocket listener = context.getServerSocketFactory().createServerSocket(0)) {
            CompletableFuture<String> request = CompletableFuture.supplyAsync(() -> answer(listener));
            List<String> command =
                    DemoProcess.commandLine(HttpHeaders.class, "https://localhost:" + listener.getLocalPort());
            command.addAll(
                    1, List.of("-Djavax.net.ssl.trustStore=" + store, "-Djavax.net.ssl.trustStorePassword=changeit"));
            Finished program = Finished.run(new byte[0], command);
            assertThat(program.err()).isEmpty();
            assertThat(program.text()).isEqualTo("HTTP header> HTTP/1.0 204 Nothing\nHTTP header> A: ?[2J\n");
            assertThat(request.join()).startsWith("HEAD / HTTP/1.0\r\nHost: localhost:");
        }
    }

    private static String answer(ServerSocket listener) {
        try (Socket peer = listener.accept()) {
            StringBuilder request = new StringBuilder();
            while (!request.toString().endsWith("\r\n\r\n")) {
                request.append((char) peer.getInputStream().read());
            }
            peer.getOutputStream().write("HTTP/1.0 204 Nothing\r\nA: \33[2J\r\n\r\n".getBytes(US_ASCII));
            return request.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
