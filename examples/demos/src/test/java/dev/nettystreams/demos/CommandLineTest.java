package dev.nettystreams.demos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.netty.IoBackend;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class CommandLineTest {
    @TempDir
    static Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private void assertOneLine(String part) {
        assertThat(err.toString())
                .startsWith("netty-streams-demos: ")
                .contains(part)
                .endsWith("\n");
        assertThat(err.toString().lines()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tour",
                "echo-server",
                "echo-client",
                "http-head",
                "chat-server",
                "resp-server",
                "smtp-server",
                "smtp-send",
                "postgres-query",
                "proxy",
                "exec-server"
            })
    void everyCommand_hasHelp(String command) {
        assertThat(execute(command, "--help")).isZero();
        assertThat(out.toString()).contains("Usage: netty-streams-demos " + command);
    }

    @Test
    void help_namesEveryCommand() {
        assertThat(execute("--help")).isZero();
        assertThat(out.toString())
                .contains("tour", "echo-server", "echo-client", "http-head", "chat-server", "resp-server")
                .contains("smtp-server", "smtp-send", "postgres-query", "proxy", "exec-server");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no-such-command",
                "echo-server --no-such-option",
                "echo-server --port 65536",
                "echo-server --port seven",
                "echo-server --max-connections 0",
                "proxy --port 0 --to a:1 --max-connections -1",
                "chat-server --port 0 --max-connections many",
                "echo-server --backend carrier-pigeon",
                "echo-server --run-on water",
                "echo-server --unix /tmp/a --port 1",
                "echo-client --unix /tmp/a --port 1",
                "echo-client localhost 1 --port 1",
                "echo-client --port 0",
                "http-head http://127.0.0.1:99999/",
                "chat-server --port 0 --most-behind 0",
                "http-head ftp://127.0.0.1/",
                "http-head --ca /nowhere/root.pem https://127.0.0.1/",
                "echo-server --tls-cert /nowhere/chain.pem",
                "echo-server --tls-cert /nowhere/chain.pem --tls-key /nowhere/key.pem",
                "smtp-server --port 0 --require-tls",
                "smtp-server --port 0 --smtps",
                "smtp-server --port 0 --most-bytes 1000",
                "smtp-server --port 0 --name a\tb",
                "smtp-send --from a@b",
                "exec-server",
                "exec-server --port 1 2 cat",
                "exec-server 65536 cat",
                "exec-server --unix /tmp/a 1 cat",
                "exec-server 0 sort -r",
                "proxy --port 0",
                "proxy --port 0 --to nowhere",
                "proxy --port 0 --to unix:@",
                "proxy --port 0 --to a:0",
                "proxy --port 0 --to a:65536",
                "proxy --port 0 --to ::1:80",
                "proxy --port 0 --to a:1 --to-name b",
                "proxy --port 0 --to a:1 --send-proxy v3",
                "smtp-send --from a@b --to c>d",
                "smtp-send --from a@b --to ü@d",
                "smtp-send --from a@b --to c@d --user me",
                "smtp-send --from a@b --to c@d --smtps --allow-plaintext",
                "http-head http://[broken/",
                "http-head",
                "postgres-query",
                "postgres-query select 1",
                "postgres-query --port 0 select",
                "postgres-query --unix /tmp/a --port 1 select",
                "postgres-query --unix /tmp/a --allow-plaintext select",
                "postgres-query --ca /nowhere/root.pem select",
                "postgres-query --ca pom.xml --insecure select",
                "postgres-query --cert pom.xml select",
                "postgres-query --key pom.xml select",
                "postgres-query --cert pom.xml --key /nowhere/key.pem select",
                "postgres-query --unix /tmp/a --ca pom.xml select",
                "postgres-query --unix /tmp/a --require-channel-binding select",
                "postgres-query --allow-plaintext --require-channel-binding select"
            })
    void misuse_isOneLineAndStatus2(String line) {
        assertThat(execute(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(2);
        assertOneLine("--help)");
    }

    /** As Java passes them: bytes that the locale cannot decode become U+FFFD. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "echo-server --unix /tmp/\ufffd",
                "echo-client \ufffd",
                "http-head http://127.0.0.1/\ufffd",
                "chat-server --host \ufffd",
                "resp-server --unix \ufffd",
                "smtp-server --store /tmp/\ufffd",
                "smtp-send --from a@b --to c@d /tmp/\ufffd",
                "postgres-query --password \ufffd select",
                "proxy --to unix:\ufffd"
            })
    void undecodedArguments_areOneLineAndStatus2(String line) {
        String[] arguments = line.split(" ");
        int number = 1;
        while (!arguments[number - 1].contains("\ufffd")) {
            number++;
        }
        assertThat(execute(arguments)).isEqualTo(2);
        assertOneLine("argument " + number + " has characters that the locale's encoding");
        assertThat(err.toString()).contains(arguments[0] + " --help)").doesNotContain("\ufffd");
    }

    /** Runs a script with an é in UTF-8 as its argument, as a shell passes it on. */
    private static Finished inTheCLocale(String script, String... command) throws Exception {
        Programs.require("env", "sh");
        List<String> line = new ArrayList<>(List.of("env", "LC_ALL=C", "sh", "-c", script, "sh"));
        line.addAll(DemoProcess.commandLine(Main.class, command));
        return Finished.run(new byte[0], line);
    }

    @Test
    void undecodedArguments_ofALocaleWithoutThem_areRefused() throws Exception {
        for (String command : List.of("http-head", "postgres-query")) {
            Finished demo = inTheCLocale("exec \"$@\" $(printf '\\303\\251')", command);
            assertThat(demo.status()).isEqualTo(2);
            assertThat(demo.err().lines())
                    .singleElement()
                    .asString()
                    .contains("argument 2 has characters that the locale's encoding, ANSI_X3.4-1968, does not have");
        }
    }

    @Test
    void undecodedPasswords_ofTheEnvironment_areRefused() throws Exception {
        String mail = Files.writeString(directory.resolve("mail"), "x\n").toString();
        Finished demo = inTheCLocale(
                "SMTP_PASSWORD=$(printf '\\303\\251') exec \"$@\"",
                "smtp-send",
                "--from",
                "a@b",
                "--to",
                "c@d",
                "--user",
                "me",
                mail);
        assertThat(demo.status()).isEqualTo(1);
        assertThat(demo.err().lines())
                .singleElement()
                .asString()
                .contains("the password has characters that the locale's encoding");
    }

    /** picocli would read arguments from such a file. */
    @Test
    void abstractUnixSocket_namedAsAFile_isASocket() {
        assertThat(execute("echo-client", "--unix", "@pom.xml")).isEqualTo(1);
        assertOneLine("could not connect to ");
    }

    @Test
    void takenPort_isOneLineAndStatus1() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(other.getLocalPort());
            assertThat(execute("echo-server", "--port", port)).isEqualTo(1);
            assertOneLine("could not listen on /127.0.0.1:" + port);
        }
    }

    @Test
    void refusedConnection_isOneLineAndStatus1() throws Exception {
        try (SocketChannel bound = SocketChannel.open().bind(new InetSocketAddress(0))) {
            int port = bound.socket().getLocalPort(); // no socket listens on it, and none can meanwhile
            assertThat(execute("http-head", "http://127.0.0.1:" + port + "/")).isEqualTo(1);
            assertOneLine("could not connect to 127.0.0.1:" + port);
        }
    }

    @Test
    void overlongUnixPath_isOneLineAndStatus1() {
        assertThat(execute("echo-server", "--unix", "/tmp/" + "x".repeat(200))).isEqualTo(1);
        assertOneLine("too long: 205 > ");
    }

    @Test
    void abstractUnixSocketWithoutAName_isOneLineAndStatus1() {
        assertThat(execute("echo-server", "--unix", "@")).isEqualTo(1);
        assertOneLine("a name behind its @");
    }

    @Test
    void missingBackend_isOneLineAndStatus1() {
        for (IoBackend backend : IoBackend.values()) {
            if (!backend.isAvailable()) {
                err.getBuffer().setLength(0);
                String name = backend.name().toLowerCase(Locale.ROOT);
                assertThat(execute("echo-server", "--port", "0", "--backend", name))
                        .isEqualTo(1);
                assertOneLine("the " + name + " backend is not available here");
            }
        }
    }

    @Test
    void virtualThreads_beforeJava21_areRefused() {
        if (Runtime.version().feature() < 21) {
            assertThat(execute("echo-server", "--port", "0", "--run-on", "virtual"))
                    .isEqualTo(1);
            assertOneLine("virtual threads need Java 21 or later");
        }
    }

    @Test
    void eventLoop_withoutWhatItNeeds_saysWhatThatIs() throws Exception {
        List<String> command = DemoProcess.commandLine(Main.class, "echo-server", "--port", "0", "--run-on", "loop");
        command.removeIf(option -> option.startsWith("--add-opens"));
        Finished server = Finished.run(new byte[0], command);
        assertThat(server.status()).isEqualTo(1);
        assertThat(server.err().lines()).hasSize(1);
        assertThat(server.err())
                .contains(
                        Runtime.version().feature() < 21
                                ? List.of("needs Java 21 or later", "Await.onThreads")
                                : List.of(
                                        "--add-opens java.base/java.lang=ALL-UNNAMED",
                                        "Add-Opens: java.base/java.lang",
                                        "Await.onVirtualThreads"));
    }

    @Test
    void tour_showsEveryStop() {
        assertThat(execute("tour")).as("%s%s", out, err).isZero();
        assertThat(out.toString()).contains("all 14 stops").doesNotContain("FAILED");
        assertThat(err.toString()).isEmpty();
    }
}
