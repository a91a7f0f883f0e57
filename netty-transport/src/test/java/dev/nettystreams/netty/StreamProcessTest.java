package dev.nettystreams.netty;

import static dev.nettystreams.Await.await;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.Await;
import dev.nettystreams.LimitOverrunException;
import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.netty.support.BlockingThreadCount;
import dev.nettystreams.netty.support.Programs;
import dev.nettystreams.netty.support.Wire;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StreamProcessTest {
    private static final byte[] NOTHING = {};
    private static final int SIGTERM_STATUS = 128 + 15;
    private static final int SIGKILL_STATUS = 128 + 9;

    @RegisterExtension
    static final BlockingThreadCount THREADS = new BlockingThreadCount();

    private final NettyStreams streams = NettyStreams.create(IoBackend.NIO, 1);

    @BeforeEach
    void requirePrograms() {
        Programs.require("sh", "cat", "sort", "sleep");
    }

    @AfterEach
    void closeStreams() {
        streams.close();
    }

    private StreamProcess start(String... command) throws Exception {
        return get(streams.startProcess(new ProcessBuilder(command)));
    }

    private StreamProcess sh(String script) throws Exception {
        return start("sh", "-c", script);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    @Test
    void program_isTalkedTo() throws Exception {
        try (StreamProcess sort = start("sort")) {
            sort.stdin().write(ascii("b\na\n"));
            sort.stdin().writeEof();
            assertThat(get(sort.stdout().readLine())).isEqualTo(ascii("a\n"));
            assertThat(get(sort.stdout().readLine())).isEqualTo(ascii("b\n"));
            assertThat(get(sort.stdout().readLine())).isEmpty();
            assertThat(get(sort.stderr().readLine())).isEmpty();
            assertThat(get(sort.exit())).isZero();
            assertThat(sort.pid()).isPositive();
            assertThat(sort.toString()).isEqualTo("StreamProcess[" + sort.pid() + ", exit status 0]");
            get(sort.stdin().waitClosed());
        }
    }

    @Test
    void manyBytes_bothWaysAtOnce() throws Exception {
        byte[] bytes = Wire.pattern(3 << 20);
        try (StreamProcess cat = start("cat")) {
            ProcessOutput all = get(cat.communicate(bytes, 4 << 20));
            assertThat(all.stdout()).isEqualTo(bytes);
            assertThat(all.stderr()).isEmpty();
            assertThat(all.exitStatus()).isZero();
        }
    }

    @Test
    void communicate_collectsBothOutputsAndTheStatus() throws Exception {
        try (StreamProcess child = sh("read line; echo \"got $line\"; echo oops >&2; exit 3")) {
            ProcessOutput all = get(child.communicate(ascii("this\n"), 100));
            assertThat(all.stdout()).isEqualTo(ascii("got this\n"));
            assertThat(all.stderr()).isEqualTo(ascii("oops\n"));
            assertThat(all.exitStatus()).isEqualTo(3);
            assertThat(all.toString()).isEqualTo("ProcessOutput[exitStatus=3, stdout=9 bytes, stderr=5 bytes]");
        }
    }

    @Test
    void communicate_ignoresAChildThatDoesNotRead() throws Exception {
        try (StreamProcess child = sh("exec <&-; echo done")) {
            assertThat(get(child.communicate(Wire.pattern(1 << 20), 100)).stdout())
                    .isEqualTo(ascii("done\n"));
        }
    }

    @Test
    void communicate_overTheLimit_killsTheChild() throws Exception {
        try (StreamProcess child = sh("trap '' TERM; while :; do echo yes; done")) {
            assertThat(failureOf(child.communicate(NOTHING, 1000))).isInstanceOf(LimitOverrunException.class);
            assertThat(get(child.exit())).isEqualTo(SIGKILL_STATUS);
        }
    }

    @Test
    void communicateThatTimesOut_losesNothing_andLeavesTheChild(@TempDir Path directory) throws Exception {
        Path gate = directory.resolve("gate");
        try (StreamProcess child = sh("echo one; until [ -e " + gate + " ]; do sleep 0.01; done; echo two")) {
            assertThat(failureOf(child.communicate(NOTHING, 100).orTimeout(1, TimeUnit.NANOSECONDS)))
                    .isInstanceOf(TimeoutException.class);
            Files.createFile(gate);
            assertThat(get(child.communicate(NOTHING, 100)).stdout()).isEqualTo(ascii("one\ntwo\n"));
        }
    }

    @Test
    void communicate_duringARead_isRefused_andReadsNothing() throws Exception {
        try (StreamProcess cat = start("cat")) {
            CompletableFuture<byte[]> reading = cat.stderr().readLine();
            assertThatThrownBy(() -> cat.communicate(ascii("x"), 10))
                    .isInstanceOf(dev.nettystreams.ConcurrentReadException.class);
            reading.cancel(false);
            assertThat(get(cat.communicate(ascii("y"), 10)).stdout()).isEqualTo(ascii("y"));
        }
    }

    @Test
    void childThatClosesItsInputEarly_breaksStdinOnly() throws Exception {
        try (StreamProcess child = sh("exec <&-; echo still talking; exec sleep 60")) {
            assertThat(get(child.stdout().readLine())).isEqualTo(ascii("still talking\n"));
            child.stdin().write(Wire.pattern(1 << 20));
            assertThat(failureOf(child.stdin().flush()))
                    .isInstanceOf(StreamBrokenException.class)
                    .hasRootCauseMessage("Broken pipe");
            assertThat(child.exit()).isNotDone();
            child.kill();
            assertThat(get(child.stdout().readLine())).isEmpty();
        }
    }

    @Test
    void closingStdin_leavesTheOutputs() throws Exception {
        try (StreamProcess cat = start("cat")) {
            cat.stdin().write(ascii("x"));
            cat.stdin().close();
            get(cat.stdin().waitClosed());
            assertThat(get(cat.stdout().readAll(10))).isEqualTo(ascii("x"));
            assertThat(get(cat.exit())).isZero();
        }
    }

    // ---- ends

    @Test
    void terminate_leavesTheLastOutput() throws Exception {
        try (StreamProcess child = sh("trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.05; done")) {
            assertThat(get(child.stdout().readLine())).isEqualTo(ascii("ready\n"));
            child.terminate();
            assertThat(get(child.exit())).isEqualTo(7);
            assertThat(get(child.stdout().readAll(100))).isEqualTo(ascii("bye\n"));
        }
    }

    @Test
    void exit_isOfTheProcess_whateverAGrandchildHolds() throws Exception {
        StreamProcess child = sh("sleep 60 & echo $!");
        byte[] line = get(child.stdout().readLine());
        ProcessHandle grandchild = ProcessHandle.of(Long.parseLong(new String(line, US_ASCII).strip()))
                .orElseThrow();
        try {
            assertThat(get(child.exit())).isZero();
            assertThat(grandchild.isAlive()).isTrue();
            child.close();
            get(child.stdout().connection().waitClosed());
            if (ChildPipe.areAvailable()) {
                THREADS.awaitNone(); // though the grandchild still holds the pipes
            }
        } finally {
            grandchild.destroyForcibly();
        }
    }

    /** The child ends at once; the process that it leaves behind writes later, to both outputs. */
    @Test
    void outputOfAGrandchild_isReadToItsEnd() throws Exception {
        Assumptions.assumeTrue(ChildPipe.areAvailable(), "skipped: the pipes are the JDK's");
        for (int i = 0; i < 20; i++) {
            try (StreamProcess child = sh("(sleep 0.05; echo one; echo two >&2) & echo zero")) {
                assertThat(get(child.exit())).isZero();
                ProcessOutput all = get(child.communicate(NOTHING, 100));
                assertThat(all.stdout()).isEqualTo(ascii("zero\none\n"));
                assertThat(all.stderr()).isEqualTo(ascii("two\n"));
            }
        }
    }

    private static long descriptorCount() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    @Test
    void childrenAndFailedStarts_leaveNoDescriptor() throws Exception {
        Assumptions.assumeTrue(ChildPipe.areAvailable(), "skipped: the pipes are the JDK's");
        get(start("cat").communicate(NOTHING, 1));
        long before = descriptorCount();
        for (int i = 0; i < 50; i++) {
            get(start("cat").communicate(NOTHING, 1));
            failureOf(streams.startProcess(new ProcessBuilder("/no/such/program")));
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (descriptorCount() > before + 3 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        assertThat(descriptorCount()).isLessThanOrEqualTo(before + 3);
    }

    @Test
    void cancelledExit_changesNothing() throws Exception {
        try (StreamProcess cat = start("cat")) {
            assertThat(cat.exit().cancel(true)).isTrue();
            assertThat(failureOf(cat.exit().orTimeout(1, TimeUnit.NANOSECONDS))).isInstanceOf(TimeoutException.class);
            cat.stdin().writeEof();
            assertThat(get(cat.exit())).isZero();
        }
    }

    @Test
    void close_terminates() throws Exception {
        StreamProcess child = start("sleep", "60");
        child.close();
        assertThat(get(child.exit())).isEqualTo(SIGTERM_STATUS);
        child.close();
        child.terminate();
        child.kill();
    }

    @Test
    void close_killsAChildThatIgnoresSigterm() throws Exception {
        StreamProcess child = get(streams.withLimits(StreamLimits.DEFAULT.withCloseTimeout(Duration.ofMillis(50)))
                .startProcess(new ProcessBuilder("sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done")));
        get(child.stdout().readLine());
        child.close();
        assertThat(get(child.exit())).isEqualTo(SIGKILL_STATUS);
    }

    @Test
    void closingTheStreams_endsTheChildren() throws Exception {
        StreamProcess polite = start("sleep", "60");
        StreamProcess cat = start("cat");
        CompletableFuture<byte[]> line = cat.stdout().readLine();
        streams.close();
        assertThat(get(polite.exit())).isEqualTo(SIGTERM_STATUS);
        get(cat.exit());
        String end = get(line.handle((bytes, failure) -> "ended"));
        assertThat(end).isEqualTo("ended");
    }

    @Test
    void closingTheStreams_killsAChildThatIgnoresSigterm_afterFiveSeconds() throws Exception {
        StreamProcess child = sh("trap '' TERM; echo ready; while :; do sleep 0.1; done");
        get(child.stdout().readLine());
        streams.close();
        assertThat(get(child.exit())).isEqualTo(SIGKILL_STATUS);
    }

    @Test
    void loopsThatAreShutDown_endTheChildren() throws Exception {
        var group = new io.netty.channel.MultiThreadIoEventLoopGroup(1, IoBackend.NIO.ioHandlerFactory());
        StreamProcess child = get(NettyStreams.over(group).startProcess(new ProcessBuilder("sleep", "60")));
        CompletableFuture<byte[]> line = child.stdout().readLine();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        assertThat(failureOf(line)).isInstanceOf(StreamBrokenException.class);
        assertThat(get(child.exit())).isEqualTo(SIGTERM_STATUS);
    }

    // ---- starting

    @Test
    void redirections_areNoStreams() throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", "echo out; echo err >&2")
                .redirectInput(Redirect.from(new java.io.File("/dev/null")))
                .redirectErrorStream(true);
        try (StreamProcess child = get(streams.startProcess(builder))) {
            assertThat(get(child.stderr().readAll(100))).isEmpty();
            assertThatThrownBy(() -> child.stdin().write(ascii("x")))
                    .isInstanceOf(StreamClosedException.class)
                    .hasMessage("write() refused: the redirected standard input of process " + child.pid()
                            + " is not open for writing");
            assertThat(get(child.communicate(NOTHING, 100)).stdout()).isEqualTo(ascii("out\nerr\n"));
        }
        builder.redirectOutput(Redirect.DISCARD);
        try (StreamProcess child = get(streams.startProcess(builder))) {
            assertThat(get(child.communicate(NOTHING, 100)).stdout()).isEmpty();
        }
    }

    @Test
    void builder_isCopied() throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", "echo $NAME");
        builder.environment().put("NAME", "before");
        CompletableFuture<StreamProcess> starting = streams.startProcess(builder);
        builder.environment().put("NAME", "after");
        builder.command("false");
        try (StreamProcess child = get(starting)) {
            assertThat(get(child.communicate(NOTHING, 100)).stdout()).isEqualTo(ascii("before\n"));
        }
    }

    @Test
    void commandThatDoesNotExist_isNamed() throws Exception {
        assertThat(failureOf(streams.startProcess(new ProcessBuilder("/no/such/program"))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/no/such/program");
        assertThatThrownBy(() -> streams.startProcess(new ProcessBuilder()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the command is empty");
        streams.close();
        assertThat(failureOf(streams.startProcess(new ProcessBuilder("cat")))).hasMessage("these streams are closed");
    }

    @Test
    void cancelledStart_leavesNoProcess() throws Exception {
        Set<ProcessHandle> before = ProcessHandle.current().children().collect(Collectors.toSet());
        for (int i = 0; i < 20; i++) {
            CompletableFuture<StreamProcess> starting = streams.startProcess(new ProcessBuilder("sleep", "1000"));
            if (!starting.cancel(false)) { // it has started already
                get(starting).kill();
            }
        }
        get(start("cat").communicate(NOTHING, 1)); // starts behind them
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!childrenBut(before).isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        assertThat(childrenBut(before)).isEmpty();
    }

    private static List<String> childrenBut(Set<ProcessHandle> others) {
        return ProcessHandle.current()
                .children()
                .filter(child -> !others.contains(child))
                .map(child -> child + " " + child.info())
                .toList();
    }

    /** Straight-line code, on the event loop that the child's streams are on, or on a server's loop. */
    private static List<String> sortedBy(StreamProcess sort) throws Exception {
        for (int i = 0; i < 1000; i++) {
            sort.stdin().write(ascii(String.format("%03d%n", 999 - i)));
            await(sort.stdin().drain());
        }
        sort.stdin().writeEof();
        List<String> lines = new ArrayList<>();
        for (byte[] line : sort.stdout().lines()) {
            lines.add(new String(line, US_ASCII).strip());
        }
        assertThat(await(sort.exit())).isZero();
        return lines;
    }

    private static final List<String> SORTED =
            IntStream.range(0, 1000).mapToObj(i -> String.format("%03d", i)).toList();

    @Test
    void taskOnTheChildsLoop_readsItsLines() throws Exception {
        Assumptions.assumeTrue(Await.isOnEventLoopAvailable(), "skipped: no tasks on event loops on this JVM");
        try (StreamProcess sort = start("sort")) {
            StreamConnection stdout = sort.stdout().connection();
            assertThat(get(Await.onEventLoop(stdout, () -> sortedBy(sort)))).isEqualTo(SORTED);
        }
    }

    @Test
    void taskOnAServersLoop_startsAChild_andReadsItsLines() throws Exception {
        Assumptions.assumeTrue(Await.isOnEventLoopAvailable(), "skipped: no tasks on event loops on this JVM");
        CompletableFuture<List<String>> sorted = new CompletableFuture<>();
        try (NettyStreams ofServer = NettyStreams.create(IoBackend.NIO, 2);
                StreamServer server = get(ofServer.startServer(
                        Await.onEventLoop((reader, writer) -> {
                            try (StreamProcess sort = await(ofServer.startProcess(new ProcessBuilder("sort")))) {
                                sorted.complete(sortedBy(sort));
                            }
                        }),
                        "localhost",
                        0));
                StreamConnection client = get(ofServer.openConnection("localhost", server.port()))) {
            assertThat(get(client.reader().read(1))).isEmpty();
            assertThat(get(sorted)).isEqualTo(SORTED);
        }
    }

    @Test
    void interruptedTask_consumesNoLine() throws Exception {
        Assumptions.assumeTrue(Await.isOnEventLoopAvailable(), "skipped: no tasks on event loops on this JVM");
        try (StreamProcess cat = start("cat")) {
            CompletableFuture<byte[]> line = Await.onEventLoop(cat.stdout().connection(), () -> {
                assertThatThrownBy(() -> Await.withTimeout(
                                Duration.ofMillis(1), () -> await(cat.stdout().readLine())))
                        .isInstanceOf(TimeoutException.class);
                cat.stdin().write(ascii("kept\n"));
                return await(cat.stdout().readLine());
            });
            assertThat(get(line)).isEqualTo(ascii("kept\n"));
        }
    }

    @Test
    void twoHundredChildren_atOnce() throws Exception {
        List<CompletableFuture<StreamProcess>> starting = new ArrayList<>();
        IntStream.range(0, 200).forEach(i -> starting.add(streams.startProcess(new ProcessBuilder("cat"))));
        List<CompletableFuture<ProcessOutput>> outputs = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            outputs.add(get(starting.get(i)).communicate(ascii("child " + i), 100));
        }
        for (int i = 0; i < 200; i++) {
            assertThat(get(outputs.get(i)).stdout()).isEqualTo(ascii("child " + i));
        }
    }
}
