package dev.nettystreams.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A process with its descendants, such as a shell and the command that it runs: their costs and their end. */
final class ProcessTree {
    private static final long END_SECONDS = 2;
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB$");

    private final Process root;

    ProcessTree(Process root) {
        this.root = root;
    }

    private Stream<ProcessHandle> all() {
        return Stream.concat(Stream.of(root.toHandle()), root.descendants());
    }

    List<Long> pids() {
        return all().map(ProcessHandle::pid).toList();
    }

    /** Returns the processor time so far, as the system counts it: in ticks, of 10 ms on Linux. */
    Duration cpuTime() {
        return all().map(handle -> handle.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
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

    /** Ends all of them, by force if it takes long, even if this thread is interrupted. */
    void end() {
        List<ProcessHandle> whole = all().toList();
        boolean isInterrupted = Thread.interrupted(); // the end waits all the same
        whole.forEach(ProcessHandle::destroy);
        try {
            if (!haveEnded(whole)) {
                whole.forEach(ProcessHandle::destroyForcibly);
                haveEnded(whole);
            }
        } catch (InterruptedException e) {
            isInterrupted = true;
            whole.forEach(ProcessHandle::destroyForcibly);
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean haveEnded(List<ProcessHandle> whole) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
        for (ProcessHandle handle : whole) {
            try {
                handle.onExit().get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                return false;
            } catch (ExecutionException e) {
                throw new IllegalStateException(e); // a handle's future has no failure
            }
        }
        return true;
    }
}
