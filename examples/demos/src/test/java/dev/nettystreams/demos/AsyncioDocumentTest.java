package dev.nettystreams.demos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.netty.NettyStreams;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The programs in {@code examples/docs/asyncio.md}: each is compiled, runs, and prints what the document says. */
@Timeout(60)
class AsyncioDocumentTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "asyncio.md");

    /** A heading, and the program below it. */
    private static final Pattern SECTION =
            Pattern.compile("^## ([^\\n]+)\\n\\n```java\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

    private static final String IMPORTS = """
            import static dev.nettystreams.Await.await;
            import static java.nio.charset.StandardCharsets.UTF_8;
            import static java.util.concurrent.TimeUnit.*;

            import dev.nettystreams.*;
            import dev.nettystreams.netty.*;
            import io.netty.bootstrap.*;
            import io.netty.buffer.*;
            import io.netty.channel.*;
            import io.netty.channel.nio.*;
            import io.netty.channel.socket.DatagramPacket;
            import io.netty.channel.socket.nio.*;
            import java.io.IOException;
            import java.net.*;
            import java.nio.ByteBuffer;
            import java.nio.channels.DatagramChannel;
            import java.nio.channels.Pipe;
            import java.nio.channels.SelectionKey;
            import java.nio.channels.Selector;
            import java.nio.channels.ServerSocketChannel;
            import java.nio.channels.SocketChannel;
            import java.time.Duration;
            import java.util.*;
            import java.util.concurrent.*;
            import java.util.concurrent.locks.*;
            import java.util.logging.Level;
            import java.util.logging.Logger;
            import java.util.stream.*;
            """;

    @TempDir
    Path directory;

    private static String document() throws Exception {
        return Files.readString(DOCUMENT);
    }

    private static Map<String, String> programs() throws Exception {
        return SECTION.matcher(document())
                .results()
                .collect(Collectors.toMap(
                        found -> found.group(1), found -> found.group(2), (one, other) -> one, TreeMap::new));
    }

    @Test
    void everyRow_hasAProgram_andEveryProgramARow() throws Exception {
        List<String> linked = Pattern.compile("\\| \\[([^]]+)\\]\\(#([^)]+)\\) \\|")
                .matcher(document())
                .results()
                .map(AsyncioDocumentTest::checkedName)
                .distinct()
                .toList();
        assertThat(linked)
                .hasSizeGreaterThan(20)
                .containsExactlyInAnyOrderElementsOf(programs().keySet());
    }

    private static String checkedName(MatchResult link) {
        assertThat(link.group(2))
                .isEqualTo(link.group(1).toLowerCase(Locale.ROOT).replace(' ', '-'));
        return link.group(1);
    }

    @TestFactory
    Stream<DynamicTest> programs_printWhatTheDocumentSays() throws Exception {
        return programs().entrySet().stream()
                .map(program ->
                        DynamicTest.dynamicTest(program.getKey(), () -> run(program.getKey(), program.getValue())));
    }

    private void run(String name, String program) throws Exception {
        List<String> expected = program.lines()
                .filter(line -> line.startsWith("// prints: "))
                .map(line -> line.substring("// prints: ".length()))
                .toList();
        assertThat(expected).as("what the program prints").isNotEmpty();
        Method main = compiled("Program_" + name.replace(' ', '_'), program);
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        try (NettyStreams streams = NettyStreams.create()) {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            main.invoke(null, streams);
        } finally {
            System.setOut(before);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).lines()).containsExactlyElementsOf(expected);
    }

    private Method compiled(String className, String program) throws Exception {
        String source = IMPORTS + "\npublic class " + className
                + " {\n    public static void run(NettyStreams streams) throws Exception {\n" + program + "    }\n}\n";
        Path file = Files.writeString(directory.resolve(className + ".java"), source);
        int status = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        directory.toString(),
                        file.toString());
        assertThat(status).as("status of javac for %s", source).isZero();
        URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()});
        return loader.loadClass(className).getMethod("run", NettyStreams.class);
    }
}
