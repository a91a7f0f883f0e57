package dev.nettystreams.demos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.Await;
import dev.nettystreams.netty.IoBackend;
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
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;

/** The programs of a document: each is compiled, runs, and prints what the document says. */
record DocumentedPrograms(Path document, Path directory) {
    /** A heading, prose if there is some, and the program below it. */
    private static final Pattern SECTION = Pattern.compile(
            "^## ([^\\n]+)\\n(?:(?!## |```)[^\\n]*\\n)*```java\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

    private static final String IMPORTS = """
            import static dev.nettystreams.Await.await;
            import static java.nio.charset.StandardCharsets.UTF_8;
            import static java.util.concurrent.TimeUnit.*;

            import dev.nettystreams.*;
            import dev.nettystreams.netty.*;
            import dev.nettystreams.spi.*;
            import dev.nettystreams.testing.*;
            import io.netty.bootstrap.*;
            import io.netty.buffer.*;
            import io.netty.channel.*;
            import io.netty.channel.epoll.EpollDomainDatagramChannel;
            import io.netty.channel.nio.*;
            import io.netty.channel.socket.DatagramPacket;
            import io.netty.channel.socket.nio.*;
            import io.netty.channel.unix.DomainDatagramPacket;
            import io.netty.channel.unix.DomainSocketAddress;
            import java.io.IOException;
            import java.net.*;
            import java.nio.ByteBuffer;
            import java.nio.channels.DatagramChannel;
            import java.nio.channels.Pipe;
            import java.nio.channels.SelectionKey;
            import java.nio.channels.Selector;
            import java.nio.channels.ServerSocketChannel;
            import java.nio.channels.SocketChannel;
            import java.nio.file.Files;
            import java.nio.file.Path;
            import java.time.Duration;
            import java.util.*;
            import java.util.concurrent.*;
            import java.util.concurrent.locks.*;
            import java.util.logging.Level;
            import java.util.logging.Logger;
            import java.util.stream.*;
            """;

    String text() throws Exception {
        return Files.readString(document);
    }

    Map<String, String> byHeading() throws Exception {
        return SECTION.matcher(text())
                .results()
                .collect(Collectors.toMap(
                        found -> found.group(1), found -> found.group(2), (one, other) -> one, TreeMap::new));
    }

    /** A program that needs tasks on the event loop, or epoll, is skipped where there are none. */
    Stream<DynamicTest> tests() throws Exception {
        return byHeading().entrySet().stream()
                .map(program -> DynamicTest.dynamicTest(program.getKey(), () -> {
                    assumeTrue(
                            !program.getValue().contains("Await.onEventLoop(") || Await.isOnEventLoopAvailable(),
                            "needs await on the event loop");
                    assumeTrue(
                            !program.getValue().contains("IoBackend.EPOLL")
                                    || IoBackend.available().contains(IoBackend.EPOLL),
                            "skipped: there is no epoll");
                    run(program.getKey(), program.getValue());
                }));
    }

    private void run(String name, String program) throws Exception {
        List<String> expected = program.lines()
                .filter(line -> line.startsWith("// prints: "))
                .map(line -> line.substring("// prints: ".length()))
                .toList();
        assertThat(expected).as("what the program prints").isNotEmpty();
        Method main =
                compiled("Program_" + name.replace(' ', '_').replace('-', '_').replace(",", ""), program);
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
