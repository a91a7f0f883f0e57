package dev.nettystreams.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Counts a server's system calls by {@code strace -c}, which slows it: no other figure is taken meanwhile. */
final class SystemCallCounter implements AutoCloseable {
    private static final long ATTACH_MILLIS = 500;
    private static final long END_SECONDS = 10;

    private final Process strace;
    private final Path output;

    private SystemCallCounter(Process strace, Path output) {
        this.strace = strace;
        this.output = output;
    }

    /** Attaches to processes with all their threads. */
    static SystemCallCounter attach(List<Long> pids) throws IOException, InterruptedException {
        Path output = Files.createTempFile("netty-streams-benchmarks", ".strace");
        List<String> command = new ArrayList<>(List.of("strace", "-c", "-f", "-q", "-o", output.toString()));
        pids.forEach(pid -> command.addAll(List.of("-p", pid.toString())));
        SystemCallCounter counter = null;
        try {
            Process strace = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            counter = new SystemCallCounter(strace, output);
            if (strace.waitFor(ATTACH_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new IOException("strace may not attach to another process here");
            }
            return counter;
        } catch (IOException | InterruptedException e) {
            if (counter != null) {
                counter.close();
            }
            Files.deleteIfExists(output);
            throw e;
        }
    }

    /** Detaches. Returns the number of calls. */
    long count() throws IOException, InterruptedException {
        strace.destroy();
        if (!strace.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("strace does not end");
        }
        return total(Files.readAllLines(output));
    }

    /** Returns the calls in the last line of a summary: percent, seconds, microseconds for each call, calls, ... */
    static long total(List<String> summary) throws IOException {
        for (String line : summary) {
            String[] words = line.strip().split("\\s+", -1);
            if (words[words.length - 1].equals("total") && words.length >= 5) {
                return Long.parseLong(words[3]);
            }
        }
        throw new IOException("strace wrote no summary");
    }

    @Override
    public void close() throws IOException {
        strace.destroyForcibly();
        Files.deleteIfExists(output);
    }
}
