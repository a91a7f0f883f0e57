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
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;

/** A program that a text shows, the body of a method: it is compiled, runs, and prints what its last lines say. */
record ShownProgram(String name, String text) {
    private static final String IMPORTS = """
            import static dev.nettystreams.Await.await;
            import static java.nio.charset.StandardCharsets.US_ASCII;
            import static java.nio.charset.StandardCharsets.UTF_8;
            import static java.util.concurrent.TimeUnit.*;

            import dev.nettystreams.*;
            import dev.nettystreams.netty.*;
            import dev.nettystreams.netty.micrometer.*;
            import dev.nettystreams.spi.*;
            import dev.nettystreams.testing.*;
            import dev.nettystreams.tls.*;
            import io.micrometer.core.instrument.FunctionCounter;
            import io.micrometer.core.instrument.MeterRegistry;
            import io.micrometer.core.instrument.Tags;
            import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
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
            import java.util.concurrent.atomic.*;
            import java.util.concurrent.locks.*;
            import java.util.logging.Level;
            import java.util.logging.Logger;
            import java.util.stream.*;
            """;

    /** A program that needs tasks on the event loop, or epoll, is skipped where there are none. */
    DynamicTest test(Path directory) {
        return DynamicTest.dynamicTest(name, () -> {
            assumeTrue(
                    !text.contains("Await.onEventLoop(") || Await.isOnEventLoopAvailable(),
                    "needs await on the event loop");
            assumeTrue(
                    !text.contains("IoBackend.EPOLL") || IoBackend.available().contains(IoBackend.EPOLL),
                    "skipped: there is no epoll");
            run(directory);
        });
    }

    private void run(Path directory) throws Exception {
        List<String> expected = text.lines()
                .filter(line -> line.startsWith("// prints: "))
                .map(line -> line.substring("// prints: ".length()))
                .toList();
        assertThat(expected).as("what the program prints").isNotEmpty();
        Method main = compiled(directory);
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

    private Method compiled(Path directory) throws Exception {
        String className = "Program_" + name.replaceAll("[ .-]", "_").replace(",", "");
        String source = IMPORTS + "\npublic class " + className
                + " {\n    public static void run(NettyStreams streams) throws Exception {\n" + text + "    }\n}\n";
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
