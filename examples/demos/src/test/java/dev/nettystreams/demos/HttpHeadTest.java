package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HttpHeadTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String request = "";

    /** Runs {@code http-head} against a server with a given answer. */
    private int headOf(String path, String answer) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> Main.commandLine()
                    .setOut(new PrintWriter(out))
                    .setErr(new PrintWriter(err))
                    .execute("http-head", "http://127.0.0.1:" + listener.getLocalPort() + path));
            try (Socket peer = listener.accept()) {
                request = readRequest(peer);
                peer.getOutputStream().write(answer.getBytes(ISO_8859_1));
                peer.shutdownOutput();
                return status.get();
            }
        }
    }

    private static String readRequest(Socket peer) throws Exception {
        StringBuilder text = new StringBuilder();
        while (!text.toString().endsWith("\r\n\r\n")) {
            text.append((char) peer.getInputStream().read());
        }
        return text.toString();
    }

    @Test
    void headers_arePrinted() throws Exception {
        assertThat(headOf("/a%20b?c=d", "HTTP/1.0 200 OK\r\nServer: test\r\n\r\n"))
                .isZero();
        assertThat(out.toString().lines()).containsExactly("HTTP/1.0 200 OK", "Server: test");
        assertThat(request).startsWith("HEAD /a%20b?c=d HTTP/1.0\r\nHost: 127.0.0.1:");
    }

    @Test
    void emptyPath_isTheRoot() throws Exception {
        assertThat(headOf("", "HTTP/1.0 200 OK\r\n\r\n")).isZero();
        assertThat(request).startsWith("HEAD / HTTP/1.0\r\n");
    }

    @Test
    void endWithinTheHeaders_isReported() throws Exception {
        assertThat(headOf("/", "HTTP/1.0 200 OK\r\n")).isEqualTo(1);
        assertThat(err).hasToString("netty-streams-demos: the server ended the connection within its headers\n");
    }

    @Test
    void bareLineFeed_isReported() throws Exception {
        assertThat(headOf("/", "HTTP/1.0 200 OK\nA: b\n\n")).isEqualTo(1);
        assertThat(err.toString()).contains("the peer sent a bare LF");
    }

    @Test
    void pathBeyondAscii_isAskedFor() throws Exception {
        assertThat(headOf("/é?q=ü#f", "HTTP/1.0 200 OK\r\n\r\n")).isZero();
        assertThat(request).startsWith("HEAD /%C3%A9?q=%C3%BC HTTP/1.0\r\n");
    }

    /** In UTF-8 and in Latin-1: no control character reaches a terminal. */
    @Test
    void headers_playNoTricksOnTerminals() throws Exception {
        String utf8 = "\302\2332J \342\200\256txt \342\201\246 \342\200\217 \342\200\250";
        String latin1 = "\2332J \2350;t\234 \351";
        assertThat(headOf(
                        "/",
                        "HTTP/1.0 200 \33]0;title\7\33[31mred\177\r\nA: " + utf8 + "\r\nB: " + latin1
                                + "\r\nC:\tcaf\303\251\r\n\r\n"))
                .isZero();
        assertThat(out.toString().lines())
                .containsExactly("HTTP/1.0 200 ?]0;title??[31mred?", "A: ?2J ?txt ? ? ?", "B: ?2J ?0;t? é", "C: café");
    }

    @Test
    void headersWithoutEnd_areCutOff() throws Exception {
        String line = "A: " + "b".repeat(997) + "\r\n";
        assertThat(headOf("/", "HTTP/1.0 200 OK\r\n" + line.repeat(400) + "\r\n"))
                .isEqualTo(1);
        assertThat(err).hasToString("netty-streams-demos: the headers have more than 307200 bytes\n");
        assertThat(out.toString().length()).isBetween(300_000, 310_000);
    }

    /** The locale of programs without a terminal. */
    @Test
    void headersBeyondAscii_areWhole_inALocaleOfAscii() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ProcessBuilder command = new ProcessBuilder(DemoProcess.commandLine(
                    Main.class, "http-head", "http://127.0.0.1:" + listener.getLocalPort() + "/"));
            command.environment().put("LC_ALL", "C");
            Process client =
                    command.redirectError(ProcessBuilder.Redirect.DISCARD).start();
            try (Socket peer = listener.accept()) {
                readRequest(peer);
                peer.getOutputStream().write("A: caf\u00e9 \u20ac\r\n\r\n".getBytes(UTF_8));
                assertThat(new String(client.getInputStream().readAllBytes(), UTF_8))
                        .isEqualTo("A: caf\u00e9 \u20ac\n");
                assertThat(client.waitFor()).isZero();
            } finally {
                client.destroyForcibly();
            }
        }
    }

    @Test
    void optionsForTls_withoutTls_areRefused() {
        CommandResult head = CommandResult.ofDemo("http-head", "--insecure", "http://127.0.0.1:1/");
        assertThat(head.status()).isEqualTo(2);
        assertThat(head.err().lines()).singleElement().asString().contains("need an https URL");
    }
}
