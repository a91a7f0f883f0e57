package dev.nettystreams;

import static dev.nettystreams.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.MemoryStreams;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks that wait in native code, which the JVM reports as running: each is logged, with the method. */
class NativeWaitTest {
    private static volatile boolean isOver;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final BlockingQueue<LogRecord> reports = new LinkedBlockingQueue<>();
    private final HeldUpReports watching = new HeldUpReports(reports::add);

    @BeforeAll
    static void needsTheOption() {
        assumeThat(Await.isOnEventLoopAvailable()).as("await on the event loop").isTrue();
    }

    @AfterEach
    void close() throws Exception {
        watching.close();
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    /** A connection on a loop of its own. */
    private StreamConnection connection() {
        BackgroundLoop loop = new BackgroundLoop();
        opened.add(loop);
        return MemoryStreams.pair(loop).near();
    }

    private Process child(String... command) {
        try {
            Process child = new ProcessBuilder(command).start();
            opened.add(child::destroyForcibly);
            return child;
        } catch (IOException e) {
            System.out.println(command[0] + " is not available here: skipped");
            assumeThat(e).as(command[0]).isNull();
            throw new UncheckedIOException(e);
        }
    }

    private Path fifo(Path directory) throws Exception {
        Path path = directory.resolve("fifo");
        assertThat(child("mkfifo", path.toString()).waitFor(20, TimeUnit.SECONDS))
                .isTrue();
        return path;
    }

    private static OutputStream openToWrite(Path fifo) {
        try {
            return Files.newOutputStream(fifo);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void say(OutputStream to) throws IOException {
        to.write('x');
        to.flush();
    }

    private static int listen(InputStream from) {
        try {
            return from.read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private LogRecord nextReport() throws InterruptedException {
        LogRecord report = reports.poll(20, TimeUnit.SECONDS);
        assertThat(report).as("a report").isNotNull();
        return report;
    }

    /** Runs a task that blocks until {@code letGo} runs, and takes the report about it in between. */
    private void assertReported(String method, Steps blocks, AutoCloseable letGo) throws Exception {
        CompletableFuture<String> name = new CompletableFuture<>();
        CompletableFuture<Boolean> task = Await.onEventLoop(connection(), () -> {
            name.complete(Thread.currentThread().getName());
            blocks.run();
            return Thread.currentThread().isInterrupted();
        });
        try {
            LogRecord report = nextReport();
            assertThat(report.getMessage())
                    .startsWith(name.get(20, TimeUnit.SECONDS) + " holds up the event loop background-loop-")
                    .contains(method)
                    .contains("make such a call on another thread");
            StackTraceElement[] frames = report.getThrown().getStackTrace();
            assertThat(frames[0].toString()).contains(method);
            assertThat(frames).anyMatch(frame -> frame.getClassName().startsWith(NativeWaitTest.class.getName()));
        } finally {
            letGo.close();
        }
        assertThat(task.get(20, TimeUnit.SECONDS)).as("was interrupted").isFalse();
    }

    @Test
    void readingFromAChildProcess_isReported() throws Exception {
        assertReadingFromAChildIsReported();
    }

    private void assertReadingFromAChildIsReported() throws Exception {
        Process cat = child("cat");
        assertReported(
                "FileInputStream.read",
                () -> assertThat(cat.getInputStream().read()).isEqualTo('x'),
                () -> say(cat.getOutputStream()));
    }

    @Test
    void openingAFifo_isReported(@TempDir Path directory) throws Exception {
        Path fifo = fifo(directory);
        assertReported(
                "FileInputStream.open",
                () -> {
                    try (InputStream in = new FileInputStream(fifo.toFile())) {
                        assertThat(in.read()).isEqualTo('x');
                    }
                },
                () -> {
                    try (OutputStream out = openToWrite(fifo)) {
                        say(out);
                    }
                });
    }

    @Test
    void readingFromAFifosChannel_isReported(@TempDir Path directory) throws Exception {
        Path fifo = fifo(directory);
        CompletableFuture<OutputStream> opening = CompletableFuture.supplyAsync(() -> openToWrite(fifo));
        try (FileChannel channel = FileChannel.open(fifo);
                OutputStream out = opening.get(20, TimeUnit.SECONDS)) {
            assertReported(
                    "FileDispatcherImpl.read0",
                    () -> assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(1),
                    () -> say(out));
        }
    }

    /** By then the watch has seen the first task some ten times. */
    @Test
    void waits_areReportedOnceEach_andOneASecond() throws Exception {
        List<CompletableFuture<Integer>> tasks = new ArrayList<>();
        List<Process> children = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Process cat = child("cat");
            children.add(cat);
            tasks.add(Await.onEventLoop(connection(), () -> listen(cat.getInputStream())));
        }
        List<LogRecord> three = List.of(nextReport(), nextReport(), nextReport());
        assertThat(three).extracting(LogRecord::getMessage).doesNotHaveDuplicates();
        for (int i = 1; i < 3; i++) {
            assertThat(Duration.between(
                            three.get(i - 1).getInstant(), three.get(i).getInstant()))
                    .isGreaterThan(Duration.ofMillis(900));
        }
        for (int i = 0; i < 3; i++) {
            say(children.get(i).getOutputStream());
            assertThat(tasks.get(i).get(20, TimeUnit.SECONDS)).isEqualTo('x');
        }
        assertThat(reports).isEmpty();
    }

    /** On one line, so that its frames are always the same. */
    private static void computeUntilOver() {
        while (!isOver) {}
    }

    /** The watch sees it as often as the task that is reported after it. */
    @Test
    void computing_isNotReported() throws Exception {
        isOver = false;
        CompletableFuture<Boolean> hasBegun = new CompletableFuture<>();
        CompletableFuture<String> computing = Await.onEventLoop(connection(), () -> {
            hasBegun.complete(true);
            computeUntilOver();
            return "over";
        });
        assertThat(hasBegun.get(20, TimeUnit.SECONDS)).isTrue();
        try {
            assertReadingFromAChildIsReported();
        } finally {
            isOver = true;
        }
        assertThat(computing.get(20, TimeUnit.SECONDS)).isEqualTo("over");
        assertThat(reports).isEmpty();
    }

    /** The workaround in README: the loop goes on, and the task gets the result of the read. */
    @Test
    void readingOnAnotherThread_leavesTheLoopToTheOthers() throws Exception {
        ExecutorService blocking = Executors.newCachedThreadPool();
        opened.add(blocking::shutdownNow);
        StreamConnection connection = connection();
        Process cat = child("cat");
        CompletableFuture<Integer> task = Await.onEventLoop(
                connection, () -> await(CompletableFuture.supplyAsync(() -> listen(cat.getInputStream()), blocking)));
        assertThat(Await.onEventLoop(connection, () -> "goes on").get(20, TimeUnit.SECONDS))
                .isEqualTo("goes on");
        assertThat(task).isNotDone();
        say(cat.getOutputStream());
        assertThat(task.get(20, TimeUnit.SECONDS)).isEqualTo('x');
    }
}
