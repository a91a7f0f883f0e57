package dev.nettystreams.netty;

import dev.nettystreams.StreamLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Starts a child process on a thread that may block, since the JDK waits for the new process's {@code exec}.
 *
 * <p>Everything that the builder says is copied at the call: the caller may change it afterwards.
 */
final class ProcessStart {
    private final Loops loops;
    private final StreamLimits limits;
    private final ProcessBuilder builder;
    private final CompletableFuture<StreamProcess> outcome = new CompletableFuture<>();

    ProcessStart(Loops loops, StreamLimits limits, ProcessBuilder builder) {
        this.loops = loops;
        this.limits = limits;
        this.builder = copyOf(builder);
    }

    private static ProcessBuilder copyOf(ProcessBuilder source) {
        List<String> command = new ArrayList<>(source.command());
        if (command.isEmpty()) {
            throw new IllegalArgumentException("the command is empty");
        }
        if (command.contains(null)) {
            throw new NullPointerException("a part of the command is null");
        }
        ProcessBuilder copy = new ProcessBuilder(command)
                .directory(source.directory())
                .redirectInput(source.redirectInput())
                .redirectOutput(source.redirectOutput())
                .redirectError(source.redirectError())
                .redirectErrorStream(source.redirectErrorStream());
        Map<String, String> environment = source.environment();
        if (!environment.equals(System.getenv())) { // else it is inherited, with bytes that no String can hold
            copy.environment().clear();
            copy.environment().putAll(environment);
        }
        return copy;
    }

    CompletableFuture<StreamProcess> run() {
        loops.addOpening(outcome);
        BlockingStreams streams = new BlockingStreams(loops, limits);
        BlockingThreads.run(streams.loop().executor(), outcome, () -> {
            Child child = Child.start(builder);
            return () -> started(child, streams);
        });
        return outcome;
    }

    private void started(Child child, BlockingStreams streams) {
        StreamProcess process;
        try {
            process = new StreamProcess(child, limits.closeTimeout(), streams);
        } catch (Throwable e) { // these streams were closed meanwhile
            child.abandon();
            outcome.completeExceptionally(e);
            return;
        }
        loops.addProcess(process);
        if (!outcome.complete(process)) {
            process.close();
            process.kill(); // nobody knows it
        }
    }
}
