package dev.nettystreams.demos;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.ConnectOptions;
import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import dev.nettystreams.tls.Tls;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.lang.reflect.Method;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Java in README.md. Each block is compiled from README's own text, and runs. What names only the local host is
 * unchanged, unless its port is taken; elsewhere the host, the port and the trusted root are replaced, and nothing
 * else. {@link ReadmeCommandsTest} runs the commands.
 */
@Timeout(60)
class ReadmeTest {
    private static final String ECHO = "class Echo ";
    private static final String TLS = "// STARTTLS, the client's side\n";
    private static final String BLOCKING = "Executor blocking";
    private static final String CALLBACKS = "ConnectionHandler echo = ";
    private static final String COUNT_LINES = "class CountLines ";
    private static final String IN_A_PIPELINE = "new IdleStateHandler";
    private static final String THROUGH_A_PROXY = "ConnectOptions throughProxy = ";
    private static final String UPGRADE = "class UpgradeServer ";
    private static final List<String> ALL =
            List.of(ECHO, TLS, BLOCKING, CALLBACKS, COUNT_LINES, IN_A_PIPELINE, THROUGH_A_PROXY, UPGRADE);

    @TempDir
    Path directory;

    private final NettyStreams streams = NettyStreams.shared();

    /** A new block needs a test here, and a line in {@code ALL}. */
    @Test
    void everyBlock_isRunByATest() throws Exception {
        assertThat(Readme.without(Readme.javaBlocks(), ALL)).isEmpty();
        for (String each : ALL) {
            block(each);
        }
    }

    private static String block(String containing) throws Exception {
        return Readme.theOne(Readme.javaBlocks(), containing);
    }

    private static String withTrust(String block, DemoCertificates certificates) {
        return block.replace(
                "Tls.client()",
                "Tls.client().trusting(TlsTrust.pem(Path.of(\""
                        + certificates.root().replace("\\", "/") + "\")))");
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    // ---- whole programs

    private Finished run(String program, String input) throws Exception {
        Path file =
                Files.writeString(directory.resolve(Readme.className(program).orElseThrow() + ".java"), program);
        return Finished.run(
                input.getBytes(US_ASCII),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        file.toString()));
    }

    @Test
    void echo_runsAsPasted() throws Exception {
        String program = block(ECHO);
        try {
            new ServerSocket(8888, 1, InetAddress.getLoopbackAddress()).close();
        } catch (BindException e) {
            System.out.println("port 8888 is taken: README's first program runs with another one");
            program = program.replace("8888", Integer.toString(freePort()));
        }
        Finished echo = run(program, "");
        assertThat(echo.text()).as(echo.err()).isEqualTo("hello, streams\n");
        assertThat(echo.status()).isZero();
        assertThat(echo.err().lines().filter(line -> !line.isEmpty())).isEmpty();
    }

    /** A child process, and the standard streams of the program's own process. */
    @Test
    void countLines_countsItsStandardInput() throws Exception {
        Programs.require("wc");
        Finished count = run(block(COUNT_LINES), "one\ntwo\nthree\n");
        assertThat(count.text().strip()).as(count.err()).isEqualTo("3");
        assertThat(count.status()).isZero();
    }

    /** The request and the first lines of the next protocol arrive in one segment. */
    @Test
    void upgradeServer_servesWhatComesBehindTheRequest() throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IoBackend.NIO.ioHandlerFactory());
        try {
            Method start = compiled("UpgradeServer", block(UPGRADE))
                    .getDeclaredMethod("start", EventLoopGroup.class, int.class);
            start.setAccessible(true);
            Channel listener = (Channel) start.invoke(null, group, 0);
            try (Socket client = DemoProcess.connect(portOf(listener))) {
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

    private static int portOf(Channel listener) {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    private static int freePort() throws Exception {
        try (ServerSocket briefly = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return briefly.getLocalPort();
        }
    }

    // ---- parts of a program, in a method of a class that declares the names they use

    /**
     * Runs some lines.
     *
     * @param result the name of the variable to return, or null
     * @param given the values of the names that the lines use and do not declare
     */
    private Object run(String lines, String result, Map<String, Object> given) throws Exception {
        Class<?> fragment = compiled("Fragment", """
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

                public class Fragment {
                    public NettyStreams streams;
                    public StreamWriter writer;
                    public Path chain;
                    public Path key;
                    public Channel channel;
                    public Process process;
                    public SocketAddress proxyAddress;
                    public ConnectionHandler handler;

                    void conversation(StreamReader reader, StreamWriter writer) throws Exception {
                        handler.handle(reader, writer);
                    }

                    public Object run() throws Exception {
                %s
                        return %s;
                    }
                }
                """.formatted(lines, result));
        Object object = fragment.getConstructor().newInstance();
        for (Map.Entry<String, Object> each : given.entrySet()) {
            fragment.getField(each.getKey()).set(object, each.getValue());
        }
        return fragment.getMethod("run").invoke(object);
    }

    private Class<?> compiled(String className, String program) throws Exception {
        Path own = Files.createTempDirectory(directory, "compiled");
        Path file = Files.writeString(own.resolve(className + ".java"), program);
        String classPath = System.getProperty("java.class.path");
        int status = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "-cp", classPath, "-d", own.toString(), file.toString());
        assertThat(status).as("status of javac for %s", program).isZero();
        return new URLClassLoader(new URL[] {own.toUri().toURL()}).loadClass(className);
    }

    /** Sends a line over a connection and returns the line that comes back. */
    private static String echoed(StreamConnection connection) throws Exception {
        connection.writer().write("hello\n", UTF_8);
        return get(connection.reader().text(UTF_8).readLine());
    }

    private static final ConnectionHandler ECHOING = (reader, writer) -> {
        for (byte[] line : reader.lines()) {
            writer.write(line);
        }
    };

    private StreamServer secureEcho(DemoCertificates certificates) throws Exception {
        return get(streams.startServer(
                ECHOING, "127.0.0.1", 0, Tls.server(Path.of(certificates.chain()), Path.of(certificates.key()))));
    }

    @Test
    void tls_fromTheFirstByte() throws Exception {
        DemoCertificates certificates = DemoCertificates.in(directory);
        StreamServer server = secureEcho(certificates);
        String first = block(TLS).split("(?m)^// ", -1)[0];
        String lines =
                withTrust(first, certificates).replace("\"example.org\", 443", "\"localhost\", " + server.port());
        try (StreamConnection https = (StreamConnection) run(lines, "https", Map.of("streams", streams))) {
            assertThat(echoed(https)).isEqualTo("hello");
        }
        server.close();
    }

    @Test
    void startTls_bothSides() throws Exception {
        DemoCertificates certificates = DemoCertificates.in(directory);
        String[] parts = block(TLS).split("(?m)^// ", -1);
        assertThat(parts).hasSize(3);
        String serverSide = "// " + parts[2];
        StreamServer server = get(streams.startServer(
                (reader, writer) -> {
                    assertThat(await(reader.text(US_ASCII).readLine())).isEqualTo("STARTTLS");
                    run(
                            serverSide,
                            null,
                            Map.of(
                                    "writer", writer,
                                    "chain", Path.of(certificates.chain()),
                                    "key", Path.of(certificates.key())));
                    ECHOING.handle(reader, writer);
                },
                "127.0.0.1",
                0));
        try (StreamConnection connection = get(streams.openConnection("127.0.0.1", server.port()))) {
            connection.writer().write("STARTTLS\n", US_ASCII);
            assertThat(get(connection.reader().text(US_ASCII).readLine())).isEqualTo("220 go ahead");
            run(
                    withTrust("// " + parts[1], certificates).replace("mail.example.org", "localhost"),
                    null,
                    Map.of("writer", connection.writer()));
            assertThat(connection.writer().tlsSession()).isNotNull();
            assertThat(echoed(connection)).isEqualTo("hello");
        }
        server.close();
    }

    @Test
    void blockingCall_onAThreadOfItsOwn() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--version")
                .start();
        List<?> lines = (List<?>) run(block(BLOCKING), "lines", Map.of("process", process));
        assertThat(lines).hasSizeGreaterThan(1);
    }

    @Test
    void callbacks_echo() throws Exception {
        ConnectionHandler echo = (ConnectionHandler) run(block(CALLBACKS), "echo", Map.of());
        StreamServer server = get(streams.startServer(echo, "127.0.0.1", 0));
        try (StreamConnection connection = get(streams.openConnection("127.0.0.1", server.port()))) {
            assertThat(echoed(connection)).isEqualTo("hello");
        }
        server.close();
    }

    @Test
    void handlerInAPipeline_hasStreams() throws Exception {
        String lines = block(IN_A_PIPELINE);
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IoBackend.NIO.ioHandlerFactory());
        try {
            Channel listener = new ServerBootstrap()
                    .group(group)
                    .channel(NioServerSocketChannel.class)
                    .childHandler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel channel) throws Exception {
                            run(lines, null, Map.of("channel", channel, "handler", ECHOING));
                        }
                    })
                    .bind("127.0.0.1", 0)
                    .sync()
                    .channel();
            try (StreamConnection connection = get(streams.openConnection("127.0.0.1", portOf(listener)))) {
                assertThat(echoed(connection)).isEqualTo("hello");
            }
            listener.close().sync();
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    @Test
    void connection_throughAProxy() throws Exception {
        DemoCertificates certificates = DemoCertificates.in(directory);
        StreamServer server = secureEcho(certificates);
        try (DemoServer proxy = DemoServer.demo("forward-proxy", "--port", "0")) {
            ConnectOptions options = (ConnectOptions) run(
                    withTrust(block(THROUGH_A_PROXY), certificates),
                    "throughProxy",
                    Map.of(
                            "proxyAddress",
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.listeningPort())));
            try (StreamConnection connection = get(streams.openConnection("localhost", server.port(), options))) {
                assertThat(connection.writer().tlsSession()).isNotNull();
                assertThat(echoed(connection)).isEqualTo("hello");
            }
        }
        server.close();
    }

    @Test
    void commands_areThere() throws Exception {
        String readme = Readme.text();
        for (String command : Main.commandLine().getSubcommands().keySet()) {
            if (!command.equals("help")) {
                assertThat(readme).contains("`" + command);
            }
        }
    }
}
