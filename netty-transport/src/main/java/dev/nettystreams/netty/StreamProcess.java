package dev.nettystreams.netty;

import dev.nettystreams.LimitOverrunException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.spi.Timeouts;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A child process whose standard input, output and error are streams (asyncio's {@code Process}).
 *
 * <pre>{@code
 * try (StreamProcess sort = await(streams.startProcess(new ProcessBuilder("sort")))) {
 *     sort.stdin().write("b\na\n".getBytes(UTF_8));
 *     sort.stdin().writeEof();
 *     for (byte[] line : sort.stdout().lines()) { ... }
 *     int status = await(sort.exit());
 * }
 * }</pre>
 *
 * <p>Each of the three is a connection of its own, reached by {@link StreamReader#connection}: closing one leaves the
 * others open. Everything holds for them that holds for a socket: a read that is cancelled or times out consumes no
 * bytes, a reader that does not read stops the child when the pipe is full, {@code drain} waits for the child. A child
 * that closes its input early fails {@code drain}, {@code flush} and {@code waitClosed} of {@link #stdin} with
 * {@link dev.nettystreams.StreamBrokenException}, and its output can still be read.
 *
 * <p>A direction that the builder redirects is not a stream: {@code stdout} and {@code stderr} are at EOF then, and a
 * write to {@code stdin} throws {@link dev.nettystreams.StreamClosedException}, which says so.
 *
 * <p>The outputs are at EOF when every process that holds them has ended, also a grandchild that outlives the child.
 * Where the pipes are the JDK's (on systems other than Linux, or without Netty's native library), the JDK closes them
 * when the child has ended, and the later output of a grandchild is lost.
 *
 * <p>The child goes on if nobody closes it, like any child of the JVM. {@link NettyStreams#close} ends it.
 *
 * <p>Any thread may call any method.
 */
public final class StreamProcess implements AutoCloseable {
    private final Process process;
    private final Duration closeTimeout;
    private final StreamConnection stdin;
    private final StreamConnection stdout;
    private final StreamConnection stderr;
    private final CollectedOutput collectedOutput;
    private final CollectedOutput collectedErrors;
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();

    StreamProcess(Child child, Duration closeTimeout, BlockingStreams streams) {
        this.process = child.process();
        this.closeTimeout = closeTimeout;
        long pid = process.pid();
        Release release = child.release();
        this.stdin = child.stdin() != null
                ? streams.writing("stdin of " + pid, child.stdin(), release)
                : streams.nothing("the redirected standard input of process " + pid);
        this.stdout = child.stdout() != null
                ? streams.reading("stdout of " + pid, child.stdout(), release)
                : streams.nothing("the redirected standard output of process " + pid);
        this.stderr = child.stderr() != null
                ? streams.reading("stderr of " + pid, child.stderr(), release)
                : streams.nothing("the redirected standard error of process " + pid);
        this.collectedOutput = new CollectedOutput(stdout.reader());
        this.collectedErrors = new CollectedOutput(stderr.reader());
        process.onExit()
                .whenComplete((ended, failure) ->
                        BlockingThreads.complete(streams.loop().executor(), () -> exit.complete(process.exitValue())));
    }

    /**
     * Returns the stream to the child's standard input. Its {@code writeEof} or {@code close} is the child's EOF.
     *
     * @return the same writer every time
     */
    public StreamWriter stdin() {
        return stdin.writer();
    }

    /**
     * Returns the stream of the child's standard output.
     *
     * @return the same reader every time
     */
    public StreamReader stdout() {
        return stdout.reader();
    }

    /**
     * Returns the stream of the child's standard error.
     *
     * @return the same reader every time; at EOF also if the builder merges standard error into standard output
     */
    public StreamReader stderr() {
        return stderr.reader();
    }

    /**
     * Returns the system's number of the process.
     *
     * @return the process ID
     */
    public long pid() {
        return process.pid();
    }

    /**
     * Waits until the process has ended; does not end it.
     *
     * <p>Completes when the process has ended, whether or not its output has been read, and also if a process that it
     * has started holds its pipes. Never fails. Cancelling the future, or a timeout of it, has no effect on the
     * process. Any number may be pending. Source: asyncio's {@code Process.wait}.
     *
     * @return completes with the status of {@link Process#exitValue}: on Unix, 128 and the signal's number for a
     *     process that a signal ended
     */
    public CompletableFuture<Integer> exit() {
        return exit.copy();
    }

    /**
     * Writes the input, ends it, reads standard output and standard error until EOF, and waits for the end of the
     * process: all at once, so that neither side waits for the other.
     *
     * <p>Completes when the process has ended and both outputs are at EOF, which a process that it has started may
     * delay by holding them. Fails with {@link LimitOverrunException} if an output is longer than {@code maxByteCount};
     * the process is then killed, because nobody would read on and it would wait for ever. A process that ends or
     * closes its input early is no failure. Cancelling the future, or a timeout of it, ends the wait and nothing else:
     * the process goes on and no output is lost, so a later call with an empty input returns all of it. Source:
     * asyncio's {@code Process.communicate}.
     *
     * @param input the bytes for standard input; may be empty
     * @param maxByteCount the maximum number of bytes of each output; zero or more
     * @return completes with the outputs and the exit status
     * @throws dev.nettystreams.ConcurrentReadException if a read of an output is pending
     * @throws dev.nettystreams.StreamClosedException if there is input, and standard input is closed or redirected
     */
    public CompletableFuture<ProcessOutput> communicate(byte[] input, int maxByteCount) {
        Objects.requireNonNull(input, "input");
        CompletableFuture<byte[]> output = collectedOutput.readAll(maxByteCount);
        CompletableFuture<byte[]> errors = new CompletableFuture<>();
        try {
            errors = collectedErrors.readAll(maxByteCount);
            send(input);
        } catch (RuntimeException e) {
            output.cancel(false);
            errors.cancel(false);
            throw e;
        }
        return outcome(output, errors);
    }

    private CompletableFuture<ProcessOutput> outcome(
            CompletableFuture<byte[]> output, CompletableFuture<byte[]> errors) {
        CompletableFuture<ProcessOutput> result = new CompletableFuture<>();
        for (CompletableFuture<byte[]> each : List.of(output, errors)) {
            each.whenComplete((bytes, failure) -> {
                if (failure instanceof LimitOverrunException) {
                    kill();
                }
                if (failure != null) {
                    result.completeExceptionally(failure);
                }
            });
        }
        CompletableFuture.allOf(output, errors, exit()).thenAccept(all -> {
            if (result.complete(new ProcessOutput(output.join(), errors.join(), exit.join()))) {
                collectedOutput.handedOut();
                collectedErrors.handedOut();
            }
        });
        result.whenComplete((all, over) -> {
            output.cancel(false);
            errors.cancel(false);
        });
        return result;
    }

    private void send(byte[] input) {
        StreamWriter writer = stdin();
        if (input.length > 0) {
            writer.write(input);
        }
        if (writer.canWriteEof()) {
            writer.writeEof();
        }
    }

    /**
     * Asks the process to end: SIGTERM on Unix. Its last output can still be read. Has no effect on a process that has
     * ended. Source: asyncio's {@code Process.terminate}.
     */
    public void terminate() {
        process.toHandle().destroy(); // Process.destroy() would close the pipes, with the last output in them
    }

    /** Ends the process: SIGKILL on Unix. Has no effect on a process that has ended. */
    public void kill() {
        process.toHandle().destroyForcibly();
    }

    /**
     * Closes the three streams, {@linkplain #terminate terminates} the process, and {@linkplain #kill kills} it if it
     * has not ended within {@link dev.nettystreams.StreamLimits#closeTimeout}. Does not wait: {@link #exit} does.
     */
    @Override
    public void close() {
        stdin.close();
        stdout.close();
        stderr.close();
        if (exit.isDone()) {
            return;
        }
        terminate();
        exit().orTimeout(Timeouts.saturatedNanos(closeTimeout), TimeUnit.NANOSECONDS)
                .whenComplete((status, late) -> {
                    if (late != null) {
                        kill();
                    }
                });
    }

    /** Returns the pid and, once the process has ended, its exit status. */
    @Override
    public String toString() {
        return "StreamProcess[" + pid() + (exit.isDone() ? ", exit status " + exit.join() : ", running") + "]";
    }
}
