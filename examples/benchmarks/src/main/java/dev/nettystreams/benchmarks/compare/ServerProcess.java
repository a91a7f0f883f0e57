package dev.nettystreams.benchmarks.compare;

import dev.nettystreams.benchmarks.servers.ServerTask;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One server in its own process, from its start to its end. Its costs are those of its descendants, too. */
public final class ServerProcess implements AutoCloseable {
    private static final long START_SECONDS = 30;
    private static final long ANSWER_SECONDS = 10;
    private static final int POLL_MILLIS = 50;

    /** A process may be about to end when its connections do. */
    private static final long EXIT_MILLIS = 300;

    private static final String LISTENING = "listening ";
    private static final String ALLOCATED = "allocated ";
    private static final String LIVE = "live ";

    private final String name;
    private final ServerTask task;
    private final Process process;
    private final ProcessTree tree;
    private final ServerOutput output;
    private final boolean hasCounters;

    private ServerProcess(String name, ServerTask task, boolean hasCounters, Process process) {
        this.name = name;
        this.task = task;
        this.process = process;
        this.tree = new ProcessTree(process);
        this.output = new ServerOutput(process);
        this.hasCounters = hasCounters;
    }

    /**
     * Starts a server and waits until it listens, which it says by a line on standard output.
     *
     * @param name the name in reports
     * @param hasCounters whether it answers {@code counters}
     * @param commandLine the command with its arguments
     * @param task the work that the arguments state
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
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
            started.awaitLine(end);
            if (!hasCounters) {
                started.awaitConnection(end);
            }
            return started;
        } catch (ServerFailure | InterruptedException | RuntimeException e) {
            started.close();
            throw e;
        }
    }

    /** A JVM that cannot start says so on standard output, too; its own servers have a line of their own. */
    private void awaitLine(long end) throws ServerFailure, InterruptedException {
        String line;
        while ((line = output.next(POLL_MILLIS)) == null || (hasCounters && !line.startsWith(LISTENING))) {
            if (line == null) {
                requireAlive();
            }
            if (System.nanoTime() - end > 0) {
                throw new ServerFailure(name, "printed no line within " + START_SECONDS + " s");
            }
        }
    }

    /** The first line of a user's server may come a little early. */
    private void awaitConnection(long end) throws ServerFailure, InterruptedException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port());
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(address, (int) TimeUnit.SECONDS.toMillis(1));
                return;
            } catch (IOException e) {
                requireAlive();
                if (System.nanoTime() - end > 0) {
                    throw new ServerFailure(
                            name,
                            "printed a line, but does not listen at 127.0.0.1:" + port() + " within " + START_SECONDS
                                    + " s");
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        }
    }

    private void requireAlive() throws ServerFailure, InterruptedException {
        if (!process.isAlive()) {
            throw new ServerFailure(name, output.reason());
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
        return tree.pids();
    }

    /** Returns a failure of this server that says why its connections failed. */
    ServerFailure failure(IOException cause) throws InterruptedException {
        return process.waitFor(EXIT_MILLIS, TimeUnit.MILLISECONDS)
                ? new ServerFailure(name, output.reason())
                : new ServerFailure(name, cause);
    }

    /** Returns the processor time that the server has used so far. */
    Duration cpuTime() {
        return tree.cpuTime();
    }

    /**
     * Returns the bytes that the server has allocated so far.
     *
     * @return NaN if it does not answer such questions
     */
    double allocatedBytes() throws ServerFailure, InterruptedException {
        return answer("counters", ALLOCATED);
    }

    /** Returns the bytes of the heap that a garbage collection leaves; NaN if the server does not answer. */
    double liveBytes() throws ServerFailure, InterruptedException {
        return answer("gc", LIVE);
    }

    private double answer(String question, String beginning) throws ServerFailure, InterruptedException {
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
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_SECONDS);
        String answer;
        while ((answer = output.next(POLL_MILLIS)) == null || !answer.startsWith(beginning)) {
            if (answer == null) {
                requireAlive();
            }
            if (System.nanoTime() - end > 0) {
                throw new ServerFailure(name, "no answer to " + question + " within " + ANSWER_SECONDS + " s");
            }
        }
        return Double.parseDouble(answer.substring(beginning.length()));
    }

    /** Returns the memory in use, in KiB; NaN where there is no /proc. */
    double residentKib() {
        return tree.residentKib();
    }

    /** Ends its standard input, which ends what SIGTERM does not reach, and then the process. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // it has ended
        }
        tree.end();
    }
}
