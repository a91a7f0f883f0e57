package dev.nettystreams;

import dev.nettystreams.carrier.CarriedThreads;
import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The kind of thread that runs a program: the same program each time. */
enum ThreadKind {
    ON_THE_LOOP,
    ON_VIRTUAL_THREADS,
    ON_THREADS;

    /** Returns the kinds that are available on this JVM. */
    static List<ThreadKind> all() {
        return Arrays.stream(values()).filter(ThreadKind::isAvailable).toList();
    }

    private boolean isAvailable() {
        return switch (this) {
            case ON_THE_LOOP -> Await.isOnEventLoopAvailable();
            case ON_VIRTUAL_THREADS -> HandlerThreads.VIRTUAL.isAvailable();
            case ON_THREADS -> true;
        };
    }

    <T> CompletableFuture<T> start(StreamConnection connection, Callable<T> program) {
        return switch (this) {
            case ON_THE_LOOP -> Await.onEventLoop(connection, program);
            case ON_VIRTUAL_THREADS -> Task.start(HandlerThreads.VIRTUAL, program);
            case ON_THREADS -> Task.start(HandlerThreads.PLATFORM, program);
        };
    }

    /** Code that has a connection. */
    @FunctionalInterface
    interface Program<T> {
        T run(MemoryPair pair) throws Exception;
    }

    /** Runs a program and returns its result. */
    <T> T run(Program<T> program) throws Exception {
        try (BackgroundLoop loop = new BackgroundLoop()) {
            MemoryPair pair = MemoryStreams.pair(loop);
            return outcomeOf(start(pair.near(), () -> program.run(pair)), 20);
        }
    }

    /**
     * A timeout for programs that {@link #runThroughTime} runs. On the loop, the test turns the time. On other threads
     * the JDK keeps the timeouts by the real clock: short ones, but not so short that a busy machine misses them.
     */
    Duration timeout() {
        return this == ON_THE_LOOP ? Duration.ofHours(1) : Duration.ofMillis(400);
    }

    /** Runs a program that waits for timeouts; on the loop, advances its time by a day. */
    <T> T runThroughTime(Program<T> program) throws Exception {
        if (this != ON_THE_LOOP) {
            return run(program);
        }
        CarriedThreads.prepare();
        ManualLoop loop = new ManualLoop();
        MemoryPair pair = MemoryStreams.pair(loop);
        CompletableFuture<T> outcome = start(pair.near(), () -> program.run(pair));
        loop.advance(Duration.ofDays(1));
        return outcomeOf(outcome, 0);
    }

    private static <T> T outcomeOf(CompletableFuture<T> program, long seconds) throws Exception {
        try {
            return program.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } catch (TimeoutException e) {
            throw new AssertionError("the program did not end", e);
        }
    }
}
