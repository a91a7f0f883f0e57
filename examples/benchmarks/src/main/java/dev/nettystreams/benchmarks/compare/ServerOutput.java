package dev.nettystreams.benchmarks.compare;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The output of a server: its next lines on standard output, and its last ones on standard error. Reads on all the
 * time, so that the server never waits for this program, and keeps little, whatever a server prints. A server that
 * prints without end is ended, because reading its output costs the generator's core.
 */
final class ServerOutput {
    private static final int KEPT_LINES = 20;
    private static final int LONGEST_LINE = 500;
    private static final long MOST_BYTES = 16L << 20;

    /** The lines after an error of the JVM, which do not name it. */
    private static final List<String> EMPTY_WORDS =
            List.of("Error: Could not create the Java Virtual Machine.", "Error: A fatal exception has occurred.");

    private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(KEPT_LINES);
    private final Deque<String> errors = new ArrayDeque<>(); // guarded by itself
    private final Process process;
    private final Thread errorReader;
    private volatile boolean isEndless;

    ServerOutput(Process process) {
        this.process = process;
        startReader("server-out", process.getInputStream(), lines::offer);
        this.errorReader = startReader("server-err", process.getErrorStream(), this::keepError);
    }

    private Thread startReader(String name, InputStream in, Consumer<String> each) {
        Thread reader = new Thread(
                () -> {
                    try (in) {
                        read(in, each);
                    } catch (IOException e) {
                        // the process has ended
                    }
                },
                name);
        reader.setDaemon(true);
        reader.start();
        return reader;
    }

    private void read(InputStream in, Consumer<String> each) throws IOException {
        byte[] block = new byte[8192];
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long total = 0;
        for (int byteCount; (byteCount = in.read(block)) > 0; ) {
            for (int i = 0; i < byteCount; i++) {
                if (block[i] == '\n') {
                    each.accept(line.toString(StandardCharsets.UTF_8).strip());
                    line.reset();
                } else if (line.size() < LONGEST_LINE) {
                    line.write(block[i]);
                }
            }
            total += byteCount;
            if (total > MOST_BYTES) {
                isEndless = true;
                process.destroyForcibly();
            }
        }
        if (line.size() > 0) {
            each.accept(line.toString(StandardCharsets.UTF_8).strip());
        }
    }

    private void keepError(String line) {
        if (line.isEmpty() || EMPTY_WORDS.stream().anyMatch(line::startsWith)) {
            return;
        }
        synchronized (errors) {
            errors.addLast(line);
            if (errors.size() > KEPT_LINES) {
                errors.removeFirst();
            }
        }
    }

    /** Forgets lines that nobody waited for. */
    void clear() {
        lines.clear();
    }

    /** Returns the next line, or null if there is none in that time. */
    @Nullable
    String next(long millis) throws InterruptedException {
        return lines.poll(millis, TimeUnit.MILLISECONDS);
    }

    /** Returns why a process that has ended did so: its last error, or its status. */
    String reason() throws InterruptedException {
        if (isEndless) {
            return "printed more than " + (MOST_BYTES >> 20) + " MiB";
        }
        errorReader.join(1000); // it ends with the process, unless a child has inherited the pipe
        synchronized (errors) {
            return errors.isEmpty() ? "ended with status " + process.exitValue() : errors.getLast();
        }
    }
}
