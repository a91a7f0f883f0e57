package dev.nettystreams.demos.exec;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.demos.DemoProcess;
import dev.nettystreams.demos.DemoServer;
import dev.nettystreams.demos.Programs;
import dev.nettystreams.demos.RunOn;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class ExecServerTest {
    @BeforeEach
    void requirePrograms() {
        Programs.require("sh", "sort", "cat", "sleep");
    }

    static Stream<RunOn> ways() {
        return Arrays.stream(RunOn.values()).filter(RunOn::isAvailable);
    }

    private static DemoServer serve(String script) throws Exception {
        return DemoServer.demo("exec-server", "0", "--", "sh", "-c", script);
    }

    private static String answer(Socket client, String input) throws IOException {
        client.getOutputStream().write(input.getBytes(US_ASCII));
        client.shutdownOutput();
        return new String(client.getInputStream().readAllBytes(), US_ASCII);
    }

    private static String line(Socket client) throws IOException {
        return new BufferedReader(new InputStreamReader(client.getInputStream(), US_ASCII)).readLine();
    }

    /** Waits until a process has ended. */
    private static void awaitEnd(String pid) throws Exception {
        ProcessHandle.of(Long.parseLong(pid))
                .map(ProcessHandle::onExit)
                .orElse(CompletableFuture.completedFuture(null))
                .get(20, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void clientThatEndsItsOutput_getsTheWholeAnswer(RunOn way) throws Exception {
        try (DemoServer server = DemoServer.demo("exec-server", "--run-on", way.toString(), "0", "--", "sort", "-r")) {
            int port = server.listeningPort();
            for (int i = 0; i < 3; i++) {
                try (Socket client = DemoProcess.connect(port)) {
                    assertThat(answer(client, "a\nc\nb\n")).isEqualTo("c\nb\na\n");
                }
            }
            assertThat(server.terminate()).isZero();
            assertThat(server.errors()).isEmpty();
        }
    }

    @Test
    void manyBytes_goBothWaysAtOnce() throws Exception {
        byte[] bytes = new byte[3 << 20];
        new Random(5).nextBytes(bytes);
        try (DemoServer server = DemoServer.demo("exec-server", "--port", "0", "cat");
                Socket client = DemoProcess.connect(server.listeningPort())) {
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
                try {
                    client.getOutputStream().write(bytes);
                    client.shutdownOutput();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertThat(client.getInputStream().readAllBytes()).isEqualTo(bytes);
            sent.get(20, TimeUnit.SECONDS);
        }
    }

    /** The program's EOF goes to the client, whose later input still reaches the program. */
    @Test
    void programThatEndsItsOutput_readsOn() throws Exception {
        try (DemoServer server = serve("echo bye; exec >&-; read line; echo \"then $line\" >&2");
                Socket client = DemoProcess.connect(server.listeningPort())) {
            assertThat(client.getInputStream().readAllBytes()).isEqualTo("bye\n".getBytes(US_ASCII));
            client.getOutputStream().write("more\n".getBytes(US_ASCII));
            while (!server.errors().contains("then more")) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void programThatClosesItsInput_stillAnswers() throws Exception {
        try (DemoServer server = serve("exec <&-; echo deaf");
                Socket client = DemoProcess.connect(server.listeningPort())) {
            assertThat(answer(client, "x".repeat(1 << 20))).isEqualTo("deaf\n");
            assertThat(server.terminate()).isZero();
            assertThat(server.errors()).isEmpty();
        }
    }

    @Test
    void clientThatResets_endsItsProgram() throws Exception {
        try (DemoServer server = serve("echo $$; exec sleep 1000")) {
            Socket client = DemoProcess.connect(server.listeningPort());
            String pid = line(client);
            client.setSoLinger(true, 0);
            client.close();
            awaitEnd(pid);
            assertThat(server.terminate()).isZero();
            assertThat(server.errors()).isEmpty();
        }
    }

    @Test
    void programThatNeverEnds_endsWithTheServer_evenIfItIgnoresSigterm() throws Exception {
        try (DemoProcess server = DemoProcess.demo(
                        "exec-server", "0", "--", "sh", "-c", "trap '' TERM; echo $$; while :; do sleep 0.1; done");
                Socket client = DemoProcess.connect(server.listeningPort())) {
            String pid = line(client);
            assertThat(server.terminate()).isZero();
            awaitEnd(pid);
        }
    }

    @Test
    void programThatDoesNotExist_isNamedInOneLine_andClosesTheClient() throws Exception {
        try (DemoServer server = DemoServer.demo("exec-server", "0", "--", "/no/such/program");
                Socket client = DemoProcess.connect(server.listeningPort())) {
            assertThat(endOf(client)).isTrue();
            while (server.errors().isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(server.errors().lines()).singleElement().asString().contains("/no/such/program");
        }
    }

    /** By EOF, or by a reset. */
    private static boolean endOf(Socket client) {
        try {
            return client.getInputStream().read() < 0;
        } catch (java.net.SocketTimeoutException late) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @Test
    void standardError_isBounded() throws Exception {
        String script =
                "printf 'one\\033[1m\\n' >&2; yes %s | head -c 5000 | tr -d '\\n' >&2; yes | head -n 10000 >&2; cat";
        Programs.require("yes", "head", "tr");
        try (DemoServer server = serve(script.replace("%s", "x"));
                Socket client = DemoProcess.connect(server.listeningPort())) {
            assertThat(answer(client, "done\n")).isEqualTo("done\n");
            assertThat(server.terminate()).isZero();
            assertThat(server.errors().lines())
                    .hasSizeBetween(3, 100)
                    .allSatisfy(line -> assertThat(line)
                            .startsWith("process ")
                            .hasSizeLessThan(1100)
                            .doesNotContain("\033"));
            assertThat(server.errors()).contains("one?[1m");
        }
    }

    /** Neither an event loop nor the end of the process waits for the pipe. */
    @Test
    void standardError_thatNoOneReads_holdsUpNothing() throws Exception {
        Programs.require("head");
        try (DemoProcess server =
                DemoProcess.demoWithUnreadErrors("exec-server", "0", "--", "sh", "-c", "echo trouble >&2; exec cat")) {
            int port = server.listeningPort();
            for (int i = 0; i < 8; i++) {
                try (Socket client = DemoProcess.connect(port)) {
                    assertThat(answer(client, "hello\n")).isEqualTo("hello\n");
                }
            }
            assertThat(server.terminate()).isZero();
        }
    }

    @Test
    void failures_thatNoOneReads_holdUpNothing() throws Exception {
        Programs.require("head");
        try (DemoProcess server = DemoProcess.demoWithUnreadErrors("exec-server", "0", "--", "/no/such/program")) {
            int port = server.listeningPort();
            for (int i = 0; i < 8; i++) {
                try (Socket client = DemoProcess.connect(port)) {
                    assertThat(endOf(client)).isTrue();
                }
            }
            assertThat(server.terminate()).isZero();
        }
    }

    @Test
    void thousandConnections_areAllServed() throws Exception {
        try (DemoProcess server = DemoProcess.demo("exec-server", "0", "--", "cat")) {
            int port = server.listeningPort();
            List<Socket> clients = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                Socket client = DemoProcess.connect(port);
                client.getOutputStream().write(("client " + i).getBytes(US_ASCII));
                client.shutdownOutput();
                clients.add(client);
            }
            for (int i = 0; i < 1000; i++) {
                try (Socket client = clients.get(i)) {
                    assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
                            .isEqualTo("client " + i);
                }
            }
            assertThat(server.terminate()).isZero();
            assertThat(server.errors()).isEmpty();
        }
    }
}
