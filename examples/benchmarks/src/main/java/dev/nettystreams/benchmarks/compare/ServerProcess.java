package dev.nettystreams.benchmarks.compare;

import dev.nettystreams.benchmarks.servers.ServerTask;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One server in its own process, from its start to its end. Its costs are those of its descendants, too. */
public final class ServerProcess implements AutoCloseable {
    private static final long START_SECONDS = 30;
    private static final long ANSWER_SECONDS = 10;
    private static final long END_SECONDS = 2;
    private static final int KEPT_ERROR_LINES = 20;
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");
    private static final String ALLOCATED = "allocated ";

    private final String name;
    private final ServerTask task;
    private final Process process;
    private final boolean hasCounters;
    private final BlockingQueue<String> output = new LinkedBlockingQueue<>();
    private final Deque<String> errors = new ArrayDeque<>(); // guarded by itself
    private final Thread errorReader;

    private ServerProcess(String name, ServerTask task, boolean hasCounters, Process process) {
        this.name = name;
        this.task = task;
        this.process = process;
        this.hasCounters = hasCounters;
        startReader("out", process.getInputStream(), output::add);
        this.errorReader = startReader("err", process.getErrorStream(), this::keepError);
    }

    /**
     * Starts a server and waits until it listens, which it says by a line on standard output.
     *
     * @param name the name in reports
     * @param hasCounters whether it answers {@code counters}
     * @param commandLine the command with its arguments
     * @param task what the arguments say
     * @return a listening server
     * @throws ServerFailure if it ends instead, or says nothing; the message is the last line of its errors
     * @throws InterruptedException if this thread is interrupted
     */
    public static ServerProcess start(String name, boolean hasCounters, List<String> commandLine, ServerTask task)
            throws ServerFailure, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(commandLine).start();
        } catch (IOException e) {
            throw new ServerFailure(name, e);
        }
        ServerProcess started = new ServerProcess(name, task, hasCounters, process);
        try {
            started.waitUntilListening();
            return started;
        } catch (ServerFailure | InterruptedException e) {
            started.close();
            throw e;
        }
    }

    private void waitUntilListening() throws ServerFailure, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (output.poll(20, TimeUnit.MILLISECONDS) == null) {
            if (!process.isAlive() && output.isEmpty()) {
                errorReader.join(1000);
                throw new ServerFailure(name, lastError());
            }
            if (System.nanoTime() - end > 0) {
                throw new ServerFailure(name, "printed no line within " + START_SECONDS + " s");
            }
        }
    }

    private static Thread startReader(String which, InputStream in, Consumer<String> each) {
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
                        lines.lines().forEach(each);
                    } catch (IOException | UncheckedIOException e) {
                        // the process has ended
                    }
                },
                "server-" + which);
        reader.setDaemon(true);
        reader.start();
        return reader;
    }

    private void keepError(String line) {
        synchronized (errors) {
            errors.addLast(line);
            if (errors.size() > KEPT_ERROR_LINES) {
                errors.removeFirst();
            }
        }
    }

    /** Returns the last line of standard error, or the status if there is none. */
    private String lastError() {
        synchronized (errors) {
            return errors.isEmpty() ? "ended with status " + process.exitValue() : errors.getLast();
        }
    }

    String name() {
        return name;
    }

    int port() {
        return task.port();
    }

    /** Returns the processes: one, or a shell and the command that it runs. */
    List<Long> pids() {
        return all().map(ProcessHandle::pid).toList();
    }

    /** Returns a failure of this server that says why its connections failed. */
    ServerFailure failure(IOException cause) {
        return process.isAlive() ? new ServerFailure(name, cause) : new ServerFailure(name, lastError());
    }

    /** Returns the processor time that the server has used so far. */
    Duration cpuTime() {
        return all().map(handle -> handle.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    private Stream<ProcessHandle> all() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants());
    }

    /**
     * Returns the bytes that the server has allocated so far.
     *
     * @return NaN if it does not answer such questions
     */
    double allocatedBytes() throws ServerFailure, InterruptedException {
        return answer("counters");
    }

    /** Collects garbage, if the server can. */
    void collectGarbage() throws ServerFailure, InterruptedException {
        answer("gc");
    }

    private double answer(String question) throws ServerFailure, InterruptedException {
        if (!hasCounters) {
            return Double.NaN;
        }
        try {
            output.clear();
            process.getOutputStream().write((question + "\n").getBytes(StandardCharsets.US_ASCII));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw failure(e);
        }
        String answer = output.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
        if (answer == null || !answer.startsWith(ALLOCATED)) {
            throw new ServerFailure(name, "no answer to " + question + " within " + ANSWER_SECONDS + " s");
        }
        return Double.parseDouble(answer.substring(ALLOCATED.length()));
    }

    /** Returns the memory in use, in KiB; NaN where there is no /proc. */
    double residentKib() {
        double sum = 0;
        for (ProcessHandle handle : all().toList()) {
            try {
                Matcher line = RESIDENT.matcher(Files.readString(Path.of("/proc/" + handle.pid() + "/status")));
                sum += line.find() ? Double.parseDouble(line.group(1)) : 0;
            } catch (IOException e) {
                return Double.NaN;
            }
        }
        return sum;
    }

    /** Ends the process, by force if it takes long. */
    @Override
    public void close() {
        List<ProcessHandle> whole = all().toList();
        boolean isInterrupted = Thread.interrupted(); // the end waits all the same
        try {
            whole.forEach(ProcessHandle::destroy);
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                whole.forEach(ProcessHandle::destroyForcibly);
                process.waitFor(END_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            isInterrupted = true;
            whole.forEach(ProcessHandle::destroyForcibly);
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
