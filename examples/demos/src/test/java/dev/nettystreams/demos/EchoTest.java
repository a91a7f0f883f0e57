package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.netty.IoBackend;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class EchoTest {
    private static final long ENDLESS_BYTES = 1L << 40;

    @TempDir
    Path directory;

    static List<Arguments> waysToServe() {
        List<Arguments> ways = new ArrayList<>();
        for (IoBackend backend : IoBackend.available()) {
            for (RunOn runOn : RunOn.values()) {
                if (runOn.isAvailable()) {
                    ways.add(Arguments.of(backend.name().toLowerCase(Locale.ROOT), runOn.toString()));
                }
            }
        }
        return ways;
    }

    @ParameterizedTest
    @MethodSource("waysToServe")
    void server_echoesUntilTheEnd_andEndsWell(String backend, String runOn) throws Exception {
        try (DemoServer server =
                DemoServer.demo("echo-server", "--port", "0", "--backend", backend, "--run-on", runOn)) {
            assertEchoes(server.listeningPort(), server::terminate);
            assertThat(server.errors()).isEmpty();
        }
    }

    /** Each backend, and each kind of thread, ends the process in its own way. */
    static List<Arguments> someWaysToServe() {
        List<Arguments> ways = new ArrayList<>();
        List<IoBackend> backends = List.copyOf(IoBackend.available());
        List<RunOn> kinds = Stream.of(RunOn.values()).filter(RunOn::isAvailable).toList();
        for (int i = 0; i < Math.max(backends.size(), kinds.size()); i++) {
            IoBackend backend = backends.get(i % backends.size());
            ways.add(Arguments.of(
                    backend.name().toLowerCase(Locale.ROOT),
                    kinds.get(i % kinds.size()).toString()));
        }
        return ways;
    }

    @ParameterizedTest
    @MethodSource("someWaysToServe")
    void process_endsWellOnSigterm(String backend, String runOn) throws Exception {
        try (DemoProcess server =
                DemoProcess.demo("echo-server", "--port", "0", "--backend", backend, "--run-on", runOn)) {
            assertEchoes(server.listeningPort(), server::terminate);
            assertThat(server.errors()).isEmpty();
        }
    }

    private static void assertEchoes(int port, Callable<Integer> end) throws Exception {
        byte[] bytes = randomBytes(1 << 20);
        try (Socket idle = DemoProcess.connect(port);
                Socket socket = DemoProcess.connect(port)) {
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> send(socket, bytes));
            assertThat(socket.getInputStream().readAllBytes()).isEqualTo(bytes);
            sent.join();
            idle.getOutputStream().write('x');
            assertThat(idle.getInputStream().read()).isEqualTo('x');
            FutureTask<Integer> status = new FutureTask<>(end);
            new Thread(status).start();
            assertThat(idle.getInputStream().read()).isEqualTo(-1);
            idle.shutdownOutput(); // otherwise the server would wait for this end until its timeout
            assertThat(status.get(20, TimeUnit.SECONDS)).isZero();
        }
    }

    @Test
    void client_returns16MiBUnharmed_overTcp() throws Exception {
        try (DemoServer server = DemoServer.demo("echo-server", "--port", "0")) {
            String port = Integer.toString(server.listeningPort());
            byte[] bytes = randomBytes(16 << 20);
            Finished client = Finished.demo(bytes, "echo-client", "127.0.0.1", port);
            assertThat(client.err()).isEmpty();
            assertThat(client.status()).isZero();
            assertThat(client.out()).isEqualTo(bytes);
        }
    }

    @Test
    void client_returns16MiBUnharmed_overAUnixSocket() throws Exception {
        Path path = directory.resolve("echo");
        try (DemoProcess server = DemoProcess.demo("echo-server", "--unix", path.toString())) {
            assertThat(server.line()).isEqualTo("listening on unix:" + path);
            byte[] bytes = randomBytes(16 << 20);
            Finished client = Finished.demo(bytes, "echo-client", "--unix", path.toString());
            assertThat(client.err()).isEmpty();
            assertThat(client.status()).isZero();
            assertThat(client.out()).isEqualTo(bytes);
            assertThat(server.terminate()).isZero();
            assertThat(Files.exists(path)).as("the socket is gone").isFalse();
        }
    }

    /** The standard input is still open. */
    @Test
    void client_endsAtThePeersEof() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DemoProcess client =
                        DemoProcess.demo("echo-client", "--port", Integer.toString(listener.getLocalPort()));
                Socket peer = listener.accept()) {
            peer.getOutputStream().write("bye\n".getBytes(US_ASCII));
            peer.shutdownOutput();
            assertThat(client.line()).isEqualTo("bye");
            assertThat(client.exitStatus()).isZero();
            assertThat(client.errors()).isEmpty();
        }
    }

    @Test
    void client_whosePeerResets_saysSoInOneLine() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DemoProcess client =
                        DemoProcess.demo("echo-client", "--port", Integer.toString(listener.getLocalPort()))) {
            Socket peer = listener.accept();
            peer.getOutputStream().write('\n');
            assertThat(client.line()).isEmpty();
            peer.setSoLinger(true, 0);
            peer.close();
            assertThat(client.exitStatus()).isEqualTo(1);
            assertThat(client.errors().lines()).singleElement().asString().contains("connection lost");
        }
    }

    @Test
    void client_whosePeerResetsWhileItSends_saysSoInOneLine() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DemoProcess client =
                        DemoProcess.demo("echo-client", "--port", Integer.toString(listener.getLocalPort()))) {
            OutputStream input = client.process().getOutputStream();
            CompletableFuture<Void> fed = CompletableFuture.runAsync(() -> feed(input, ENDLESS_BYTES));
            Socket peer = listener.accept();
            assertThat(peer.getInputStream().readNBytes(1000)).hasSize(1000);
            peer.setSoLinger(true, 0);
            peer.close();
            assertThat(client.exitStatus()).isEqualTo(1);
            assertThat(client.errors().lines()).singleElement().asString().contains("connection lost");
            assertThat(fed).failsWithin(java.time.Duration.ofSeconds(20));
        }
    }

    /** The peer's EOF comes while the client still sends: input that it has already read still arrives. */
    @Test
    void client_atThePeersEof_stillSendsWhatItHasRead() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DemoProcess client =
                        DemoProcess.demo("echo-client", "--port", Integer.toString(listener.getLocalPort()))) {
            CompletableFuture<Void> fed =
                    CompletableFuture.runAsync(() -> feed(client.process().getOutputStream(), ENDLESS_BYTES));
            try (Socket peer = listener.accept()) {
                assertThat(peer.getInputStream().readNBytes(1000)).hasSize(1000);
                peer.shutdownOutput();
                peer.getInputStream().readAllBytes(); // ends by EOF, not by a reset
            }
            assertThat(client.exitStatus()).isZero();
            assertThat(client.errors()).isEmpty();
            assertThat(fed).failsWithin(java.time.Duration.ofSeconds(20));
        }
    }

    /** Descriptor 1 is then a file of the JVM, which must not be touched. */
    @Test
    void client_withoutStandardOutput_saysSoInOneLine() throws Exception {
        Programs.require("sh");
        try (DemoServer server = DemoServer.demo("echo-server", "--port", "0")) {
            List<String> command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" >&-", "sh"));
            command.addAll(DemoProcess.commandLine(
                    Main.class, "echo-client", "--port", Integer.toString(server.listeningPort())));
            Finished client = Finished.run("hello\n".getBytes(US_ASCII), command);
            assertThat(client.status()).isEqualTo(1);
            assertThat(client.err().lines()).singleElement().asString().contains("could not write to standard output");
        }
    }

    @Test
    void client_whoseInputCannotBeRead_saysSoInOneLine() throws Exception {
        Programs.require("sh");
        try (DemoServer server = DemoServer.demo("echo-server", "--port", "0")) {
            List<String> command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" <.", "sh"));
            command.addAll(DemoProcess.commandLine(
                    Main.class, "echo-client", "--port", Integer.toString(server.listeningPort())));
            Finished client = Finished.run(new byte[0], command);
            assertThat(client.status()).isEqualTo(1);
            assertThat(client.err().lines()).singleElement().asString().contains("could not read standard input");
        }
    }

    /** Writes until the reader has gone. */
    private static void feed(OutputStream out, long byteCount) {
        byte[] chunk = new byte[65536];
        try (out) {
            for (long sent = 0; sent < byteCount; sent += chunk.length) {
                out.write(chunk);
            }
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void send(Socket socket, byte[] bytes) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            socket.shutdownOutput();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] randomBytes(int byteCount) {
        byte[] bytes = new byte[byteCount];
        new Random(7).nextBytes(bytes);
        return bytes;
    }
}
