package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that runs in a JVM of its own until it is told to end. */
public final class DemoProcess implements AutoCloseable {
    private static final int SOCKET_TIMEOUT_MILLIS = 20_000;
    private static final int EXIT_TIMEOUT_SECONDS = 20;

    private final Process process;
    private final BufferedReader out;
    private final Path err;

    private DemoProcess(Process process, Path err) {
        this.process = process;
        this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        this.err = err;
    }

    /** Starts a command of the demos. */
    public static DemoProcess demo(String... arguments) throws IOException {
        return start(Main.class, arguments);
    }

    /** Starts a main class. */
    public static DemoProcess start(Class<?> main, String... arguments) throws IOException {
        return start(commandLine(main, arguments));
    }

    /** Starts a command of the demos in a JVM with a heap of {@code mebibytes} MiB. */
    public static DemoProcess demoInSmallHeap(int mebibytes, String... arguments) throws IOException {
        List<String> command = commandLine(Main.class, arguments);
        command.add(1, "-Xmx" + mebibytes + "m");
        return start(command);
    }

    /** Starts a command of the demos with a limit on file descriptors. */
    public static DemoProcess demoWithDescriptors(int limit, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + limit + "; exec \"$@\"", "sh"));
        command.addAll(commandLine(Main.class, arguments));
        return start(command);
    }

    /** Starts a command of the demos whose standard error is a full pipe that no one reads. Needs sh and head. */
    public static DemoProcess demoWithUnreadErrors(String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "head -c 1000000 /dev/zero >&2 & exec \"$@\"", "sh"));
        command.addAll(commandLine(Main.class, arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment()
                .keySet()
                .removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")); // the JVM tells of them
        return new DemoProcess(builder.start(), Files.createTempFile("demo", ".err"));
    }

    private static DemoProcess start(List<String> command) throws IOException {
        Path err = Files.createTempFile("demo", ".err");
        Process process =
                new ProcessBuilder(command).redirectError(err.toFile()).start();
        return new DemoProcess(process, err);
    }

    /** Returns the command line for a main class in a JVM that starts quickly and detects leaks. */
    public static List<String> commandLine(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dio.netty.leakDetection.level=paranoid"));
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(Arrays.asList(arguments));
        return command;
    }

    /** Returns the next line of standard output. */
    public String line() throws IOException {
        String line = out.readLine();
        if (line == null) {
            throw new IOException("the program ended: " + errors());
        }
        return line;
    }

    /** Returns the port in a line like {@code listening on 127.0.0.1:4711}. */
    public int listeningPort() throws IOException {
        String line = line();
        String prefix = "listening on 127.0.0.1:";
        if (!line.startsWith(prefix)) {
            throw new IOException("not where it listens: " + line);
        }
        return Integer.parseInt(line.substring(prefix.length()));
    }

    public static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(SOCKET_TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** Sends SIGTERM and returns the exit status. */
    public int terminate() throws InterruptedException {
        process.destroy();
        return exitStatus();
    }

    public int exitStatus() throws InterruptedException {
        if (!process.waitFor(EXIT_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the program does not end");
        }
        return process.exitValue();
    }

    public Process process() {
        return process;
    }

    /** Returns standard error so far. */
    public String errors() {
        try {
            return Files.readString(err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        Files.deleteIfExists(err);
    }
}
