package dev.nettystreams.benchmarks.servers;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.nettystreams.benchmarks.servers.ServerTask.TlsFiles;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each server speaks each of its protocols, in plaintext and under TLS, to a client of the JDK. */
@Timeout(30)
class ServersTest {
    private static final int TIMEOUT_MILLIS = 10_000;

    @TempDir
    static Path directory;

    private static TlsFiles certificate;

    /** The reasons of Python's libraries that are not on this machine. */
    private static final Map<String, String> ABSENT = new HashMap<>();

    @BeforeAll
    static void createCertificate() throws Exception {
        X509Bundle bundle = new CertificateBuilder()
                .ecp256()
                .subject("CN=localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        certificate = new TlsFiles(
                Files.writeString(directory.resolve("chain.pem"), bundle.getCertificatePathPEM()),
                Files.writeString(directory.resolve("key.pem"), bundle.getPrivateKeyPEM()));
    }

    static Stream<Arguments> serversAndModes() {
        List<Arguments> all = new ArrayList<>();
        for (ServerKind kind : ServerKind.all()) {
            for (Mode mode : Mode.values()) {
                if (kind.isFor(mode, false)) {
                    all.add(Arguments.of(kind.name(), mode, false));
                }
                if (kind.isFor(mode, true)) {
                    all.add(Arguments.of(kind.name(), mode, true));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0} {1}, TLS {2}")
    @MethodSource("serversAndModes")
    void server_speaksItsProtocol(String name, Mode mode, boolean isTls) throws Exception {
        ServerKind kind = ServerKind.named(name);
        try (ServerSocket upstream = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            if (mode == Mode.RELAY) {
                echoOn(upstream);
            }
            ServerTask task = new ServerTask(
                    mode, mode == Mode.RELAY ? upstream.getLocalPort() : 0, freePort(), isTls ? certificate : null);
            try (AutoCloseable running = start(kind, task);
                    Socket socket = connect(task)) {
                socket.setSoTimeout(TIMEOUT_MILLIS);
                socket.setTcpNoDelay(true);
                talk(mode, socket.getInputStream(), socket.getOutputStream());
                assertThat(running).isNotNull();
            }
        }
    }

    private static void talk(Mode mode, InputStream in, OutputStream out) throws IOException {
        switch (mode) {
            case PING -> ping(in, out);
            case ECHO, RELAY -> echo(in, out);
            case SINK -> sink(in, out);
            case SOURCE -> source(in, out);
            case HTTP -> http(in, out);
        }
    }

    /** Whole, a byte at a time, two in one write, and with two arguments. */
    private static void ping(InputStream in, OutputStream out) throws IOException {
        String request = "*1\r\n$4\r\nPING\r\n";
        write(out, request);
        assertThat(read(in, 7)).isEqualTo("+PONG\r\n");
        for (byte next : request.getBytes(US_ASCII)) {
            out.write(next);
            out.flush();
        }
        assertThat(read(in, 7)).isEqualTo("+PONG\r\n");
        write(out, request + "*2\r\n$4\r\nECHO\r\n$2\r\nab\r\n" + request.substring(0, 9));
        assertThat(read(in, 14)).isEqualTo("+PONG\r\n+PONG\r\n");
        write(out, request.substring(9));
        assertThat(read(in, 7)).isEqualTo("+PONG\r\n");
    }

    private static void echo(InputStream in, OutputStream out) throws IOException {
        byte[] bytes = new byte[200_000];
        new Random(1).nextBytes(bytes);
        Thread writing = new Thread(() -> {
            try {
                out.write(bytes);
                out.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e); // the read below times out
            }
        });
        writing.start();
        assertThat(in.readNBytes(bytes.length)).isEqualTo(bytes);
    }

    private static void sink(InputStream in, OutputStream out) throws IOException {
        out.write(new byte[Protocol.SINK_BYTES - 1]);
        out.write(new byte[Protocol.SINK_BYTES + 1]);
        out.flush();
        assertThat(read(in, 2)).isEqualTo("..");
    }

    private static void source(InputStream in, OutputStream out) throws IOException {
        write(out, "100\n200000\n");
        assertThat(in.readNBytes(200_100)).isEqualTo(new byte[200_100]);
        write(out, "1\n");
        assertThat(in.readNBytes(1)).isEqualTo(new byte[1]);
    }

    private static void http(InputStream in, OutputStream out) throws IOException {
        String rest = " HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n";
        write(out, "GET /small" + rest + "GET /large" + rest + "GET /missing" + rest);
        assertThat(responseBody(in, "HTTP/1.1 200 OK")).hasSize(128).startsWith("abcdefghijklmnopqrstuvwxyzabc");
        assertThat(responseBody(in, "HTTP/1.1 200 OK")).hasSize(65536);
        assertThat(responseBody(in, "HTTP/1.1 404 Not Found")).isEmpty();
    }

    private static String responseBody(InputStream in, String status) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(US_ASCII).endsWith("\r\n\r\n")) {
            int next = in.read();
            assertThat(next).isNotNegative();
            head.write(next);
        }
        List<String> lines = head.toString(US_ASCII).lines().toList();
        assertThat(lines.get(0)).isEqualTo(status);
        int length = lines.stream()
                .filter(line -> line.startsWith("Content-Length: "))
                .mapToInt(line -> Integer.parseInt(line.substring(16)))
                .findFirst()
                .orElseThrow();
        return read(in, length);
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(US_ASCII));
        out.flush();
    }

    private static String read(InputStream in, int byteCount) throws IOException {
        return new String(in.readNBytes(byteCount), US_ASCII);
    }

    private static Socket connect(ServerTask task) throws IOException {
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), task.port());
        if (task.tls() == null) {
            return plain;
        }
        plain.setSoTimeout(TIMEOUT_MILLIS);
        JdkSslContext trusting = (JdkSslContext) SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3")
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .build();
        SSLSocket socket =
                (SSLSocket) trusting.context().getSocketFactory().createSocket(plain, "localhost", task.port(), true);
        socket.setEnabledProtocols(new String[] {"TLSv1.3"});
        // The generator's order.
        socket.setEnabledCipherSuites(new String[] {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"});
        assertThat(socket.getSession().getCipherSuite()).isEqualTo("TLS_AES_128_GCM_SHA256");
        return socket;
    }

    /** Python's servers are processes; the others run here until this JVM ends. */
    private static AutoCloseable start(ServerKind kind, ServerTask task) throws Exception {
        if (kind.python() != null) {
            return startPython(kind.python(), task);
        }
        try {
            kind.start(task);
        } catch (UnsupportedOperationException | IllegalStateException | LinkageError e) {
            abort("skipped: " + kind.name() + ": " + e.getMessage());
        }
        return () -> {};
    }

    private static AutoCloseable startPython(String library, ServerTask task) throws Exception {
        if (ABSENT.containsKey(library)) {
            return abort("skipped: " + ABSENT.get(library));
        }
        Path program = directory.resolve("python_server.py");
        if (!Files.exists(program)) {
            try (InputStream source = ServerKind.class.getResourceAsStream("python_server.py")) {
                Files.copy(source, program);
            }
        }
        List<String> command = new ArrayList<>(List.of("python3", program.toString(), library));
        command.addAll(task.arguments());
        Process process;
        try {
            process = new ProcessBuilder(command).start();
        } catch (IOException e) {
            ABSENT.put(library, "no python3");
            return abort("skipped: no python3");
        }
        String line = process.inputReader().readLine();
        if (line == null) {
            String reason = new String(process.getErrorStream().readAllBytes(), US_ASCII);
            assertThat(reason).endsWith("is not installed\n");
            ABSENT.put(library, reason);
            return abort("skipped: " + reason);
        }
        assertThat(line).isEqualTo("listening on 127.0.0.1:" + task.port());
        return process::destroyForcibly;
    }

    private static void echoOn(ServerSocket listening) {
        Thread thread = new Thread(() -> {
            try (Socket socket = listening.accept()) {
                socket.getInputStream().transferTo(socket.getOutputStream());
            } catch (IOException e) {
                // the test has ended
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
