package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.netty.IoBackend;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The programs in README.md, as pasted. */
@Timeout(60)
class ReadmeTest {
    private static final Path README = Path.of("..", "..", "README.md");

    @TempDir
    Path directory;

    private static List<String> programs() throws Exception {
        return Pattern.compile("^```java\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(Files.readString(README))
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    /** Returns the name of the class if the program is a whole one. */
    private static Optional<String> className(String program) {
        return Pattern.compile("^public (?:final )?class (\\w+)", Pattern.MULTILINE)
                .matcher(program)
                .results()
                .map(found -> found.group(1))
                .findFirst();
    }

    /** Except for its port, which may be in use on this machine. */
    @Test
    void firstProgram_runsAsPasted() throws Exception {
        String program = programs().get(0);
        assertThat(program).contains("8888");
        Path file = Files.writeString(
                directory.resolve("Echo.java"), program.replace("8888", Integer.toString(freePort())));
        Finished echo = Finished.run(
                new byte[0],
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        file.toString()));
        assertThat(echo.text()).as(echo.err()).isEqualTo("hello, streams\n");
        assertThat(echo.status()).isZero();
        // a warning from JDK 24 on about native libraries of a class path, which an executable jar allows
        assertThat(echo.err().lines().filter(line -> !line.isEmpty())).allMatch(line -> line.startsWith("WARNING: "));
    }

    /** A child process, and the standard streams of the program's own process. */
    @Test
    void countLines_countsItsStandardInput() throws Exception {
        Programs.require("wc");
        String program = programs().stream()
                .filter(each -> className(each).equals(Optional.of("CountLines")))
                .findFirst()
                .orElseThrow();
        Path file = Files.writeString(directory.resolve("CountLines.java"), program);
        Finished count = Finished.run(
                "one\ntwo\nthree\n".getBytes(US_ASCII),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        file.toString()));
        assertThat(count.text().strip()).as(count.err()).isEqualTo("3");
        assertThat(count.status()).isZero();
    }

    @Test
    void everyProgram_compiles() throws Exception {
        List<String> programs = programs();
        assertThat(programs).hasSizeGreaterThan(1);
        for (int i = 0; i < programs.size(); i++) {
            String program = programs.get(i);
            Optional<String> name = className(program);
            compile(name.orElse("Program" + i), name.isPresent() ? program : wholeOf(i, program));
        }
    }

    private void compile(String className, String program) throws Exception {
        Path file = Files.writeString(directory.resolve(className + ".java"), program);
        String classPath = System.getProperty("java.class.path");
        int status = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-cp", classPath, "-d", directory.toString(), file.toString());
        assertThat(status).as("status of javac for %s", program).isZero();
    }

    /** The request and the first lines of the next protocol arrive in one segment. */
    @Test
    void upgradeServer_servesWhatComesBehindTheRequest() throws Exception {
        String program = programs().stream()
                .filter(each -> className(each).equals(Optional.of("UpgradeServer")))
                .findFirst()
                .orElseThrow();
        compile("UpgradeServer", program);
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IoBackend.NIO.ioHandlerFactory());
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
            Method start =
                    loader.loadClass("UpgradeServer").getDeclaredMethod("start", EventLoopGroup.class, int.class);
            start.setAccessible(true);
            Channel listener = (Channel) start.invoke(null, group, 0);
            try (Socket client = new Socket(
                    InetAddress.getLoopbackAddress(), ((InetSocketAddress) listener.localAddress()).getPort())) {
                client.setSoTimeout(20_000);
                client.getOutputStream()
                        .write("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: lines\r\nConnection: upgrade\r\n\r\none\ntwo\n"
                                .getBytes(US_ASCII));
                client.shutdownOutput();
                assertThat(new String(client.getInputStream().readAllBytes(), US_ASCII))
                        .startsWith("HTTP/1.1 101 ")
                        .endsWith("\r\n\r\none\ntwo\n");
            }
            listener.close().sync();
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    /** Wraps lines of README that are not a whole program. */
    private static String wholeOf(int number, String lines) {
        return """
                import static dev.nettystreams.Await.await;
                import static java.nio.charset.StandardCharsets.US_ASCII;
                import static java.nio.charset.StandardCharsets.UTF_8;

                import dev.nettystreams.*;
                import dev.nettystreams.netty.*;
                import dev.nettystreams.tls.*;
                import io.netty.channel.*;
                import io.netty.handler.proxy.*;
                import io.netty.handler.timeout.*;
                import java.net.SocketAddress;
                import java.nio.file.*;
                import java.util.List;
                import java.util.concurrent.CompletableFuture;
                import java.util.concurrent.Executor;
                import java.util.concurrent.Executors;

                abstract class Program%d {
                    abstract void conversation(StreamReader reader, StreamWriter writer) throws Exception;

                    SocketAddress proxyAddress;
                    StreamWriter writer;
                    Path chain;
                    Path key;

                    void run(NettyStreams streams, Channel channel, Process process) throws Exception {
                %s
                    }
                }
                """.formatted(number, lines);
    }

    @Test
    void commands_areThere() throws Exception {
        String readme = Files.readString(README);
        for (String command : Main.commandLine().getSubcommands().keySet()) {
            if (!command.equals("help")) {
                assertThat(readme).contains("`" + command);
            }
        }
    }

    private static int freePort() throws Exception {
        try (ServerSocket briefly = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return briefly.getLocalPort();
        }
    }
}
