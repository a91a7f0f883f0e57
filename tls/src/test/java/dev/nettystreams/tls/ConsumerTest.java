package dev.nettystreams.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.netty.IoBackend;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that depend on the modules compile without a warning, for Java 17, and run on this JVM, with a module-info
 * and without one. Without JSpecify.
 */
class ConsumerTest {
    private static final String PROGRAM = """
            package consumer;

            import static dev.nettystreams.Await.await;

            import dev.nettystreams.Await;
            import dev.nettystreams.StreamConnection;
            import dev.nettystreams.netty.NettyStreams;
            import dev.nettystreams.netty.StreamServer;
            import dev.nettystreams.tls.Tls;
            import dev.nettystreams.tls.TlsEngine;

            public class Main {
                public static void main(String[] arguments) throws Exception {
                    try (NettyStreams streams = NettyStreams.create()) {
                        StreamServer server = await(streams.startServer((reader, writer) -> {
                            byte[] line;
                            while ((line = await(reader.readLine())).length > 0) {
                                writer.write(line);
                                await(writer.drain());
                            }
                        }, "127.0.0.1", 0));
                        try (StreamConnection client = await(streams.openConnection("127.0.0.1", server.port()))) {
                            client.writer().write(new byte[] {'x', '\\n'});
                            System.out.println("echoed " + await(client.reader().readLine()).length);
                        }
                        server.close();
                        System.out.println("over " + streams.backend());
                    }
                    System.out.println("tls " + (Tls.client() != null) + ", by " + TlsEngine.best());
                    System.out.println("module " + Main.class.getModule().getName());
                    try {
                        Await.onEventLoop((reader, writer) -> {});
                        System.out.println("await on the event loop: there");
                    } catch (IllegalStateException e) {
                        System.out.println("await on the event loop: " + e.getMessage());
                    }
                }
            }
            """;

    private static final String EPOLL = "io.netty.transport.classes.epoll,io.netty.transport.epoll.linux.x86_64";

    private static final String BORINGSSL =
            "io.netty.tcnative.classes.openssl,io.netty.internal.tcnative.openssl.linux.x86_64";

    @TempDir
    Path directory;

    private Path source;
    private Path classes;

    @BeforeEach
    void writeProgram() throws Exception {
        source = directory.resolve("source");
        classes = directory.resolve("classes");
        Files.createDirectories(source.resolve("consumer"));
        Files.writeString(source.resolve("consumer/Main.java"), PROGRAM);
    }

    @Test
    void programWithoutModuleInfo_compilesAndRuns() throws Exception {
        compile("-cp", dependencies());
        String printed = run("-cp", classes + File.pathSeparator + dependencies(), "consumer.Main");
        assertThat(printed).contains("echoed 2", "tls true", "module null", "over " + IoBackend.best());
        if (Runtime.version().feature() >= 21) {
            assertThat(printed).contains("--add-opens java.base/java.lang=ALL-UNNAMED");
        }
    }

    @Test
    void programWithModuleInfo_compilesAndRuns_overEpollAndBoringSslOnceTheirModulesAreAdded() throws Exception {
        Files.writeString(
                source.resolve("module-info.java"),
                "/** A program. */\nmodule consumer { requires dev.nettystreams.tls; }\n");
        compile("-p", dependencies());
        String path = classes + File.pathSeparator + dependencies();
        String printed = run("-p", path, "-m", "consumer/consumer.Main");
        assertThat(printed).contains("echoed 2", "tls true, by JDK", "module consumer", "over NIO");
        if (Runtime.version().feature() >= 21) {
            assertThat(printed).contains("--add-opens java.base/java.lang=dev.nettystreams.core");
            assertThat(run(
                            "--add-opens",
                            "java.base/java.lang=dev.nettystreams.core",
                            "-p",
                            path,
                            "-m",
                            "consumer/consumer.Main"))
                    .contains("await on the event loop: there");
        }
        assumeTrue(IoBackend.EPOLL.isAvailable() && "amd64".equals(System.getProperty("os.arch")), "no epoll here");
        assertThat(run("--add-modules", EPOLL + "," + BORINGSSL, "-p", path, "-m", "consumer/consumer.Main"))
                .contains("over EPOLL", "by " + TlsEngine.best());
    }

    /** Nothing requires {@code jdk.jfr}: the JVM adds it for the recording, and our module has to ask for it. */
    @Test
    void recordingOfAProgramWithModuleInfo_hasTheEvents() throws Exception {
        Files.writeString(
                source.resolve("module-info.java"),
                "/** A program. */\nmodule consumer { requires dev.nettystreams.tls; }\n");
        compile("-p", dependencies());
        Path recording = directory.resolve("consumer.jfr");
        run(
                "-XX:StartFlightRecording:dumponexit=true,filename=" + recording,
                "-p",
                classes + File.pathSeparator + dependencies(),
                "-m",
                "consumer/consumer.Main");
        assertThat(RecordingFile.readAllEvents(recording))
                .extracting(event -> event.getEventType().getName())
                .contains("dev.nettystreams.Connection");
    }

    private void compile(String pathOption, String path) throws Exception {
        List<String> arguments = new ArrayList<>(
                List.of("--release", "17", "-Xlint:all", "-Werror", pathOption, path, "-d", classes.toString()));
        try (Stream<Path> files = Files.walk(source)) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
        }
        Path said = directory.resolve("said");
        int status;
        try (var output = Files.newOutputStream(said)) {
            status = ToolProvider.getSystemJavaCompiler().run(null, output, output, arguments.toArray(String[]::new));
        }
        assertThat(Files.readString(said)).isEmpty();
        assertThat(status).isZero();
    }

    private String run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(arguments));
        Path output = directory.resolve("output");
        Process child = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(child.waitFor(50, TimeUnit.SECONDS)).isTrue();
            String printed = Files.readString(output);
            assertThat(child.exitValue()).as(printed).isZero();
            return printed;
        } finally {
            child.destroyForcibly();
        }
    }

    /**
     * Returns the runtime dependencies of this module's POM: our modules, Netty's, and the libraries for epoll and
     * BoringSSL.
     */
    private static String dependencies() {
        Predicate<Path> isOurs = entry -> Files.exists(entry.resolve("module-info.class"))
                || entry.getFileName().toString().matches("netty-streams-(core|transport|tls)-.*(?<!-tests)\\.jar");
        Predicate<Path> isNettys = entry -> entry.getFileName()
                .toString()
                .matches("netty-(common|buffer|resolver|codec-base|handler|transport|transport-native-unix-common"
                        + "|transport-classes-epoll|transport-native-epoll|tcnative-classes|tcnative-boringssl-static)"
                        + "-\\d.*\\.jar");
        String all =
                System.getProperty("java.class.path") + File.pathSeparator + System.getProperty("jdk.module.path", "");
        return String.join(
                File.pathSeparator,
                Arrays.stream(all.split(File.pathSeparator))
                        .filter(entry -> !entry.isEmpty())
                        .map(Path::of)
                        .filter(isOurs.or(isNettys))
                        .map(Path::toString)
                        .toList());
    }
}
