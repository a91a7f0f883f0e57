package dev.nettystreams;

import dev.nettystreams.testing.ManualLoop;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Streams over a scripted transport, for most tests of this package. */
final class Bench {
    final ScriptedTransport wire = new ScriptedTransport();
    final ManualLoop loop = wire.loop;
    final StreamConnection connection;
    final StreamReader reader;
    final StreamWriter writer;

    Bench() {
        this(StreamLimits.DEFAULT);
    }

    Bench(StreamLimits limits) {
        connection = wire.connect(limits);
        reader = connection.reader();
        writer = connection.writer();
        wire.calls.clear();
    }

    static Bench withReadLimit(int limit) {
        return new Bench(StreamLimits.DEFAULT.withReadLimit(limit));
    }

    /** Calls a read on the loop, then runs the loop. */
    <T> CompletableFuture<T> read(Function<StreamReader, CompletableFuture<T>> call) {
        return onLoop(() -> call.apply(reader));
    }

    /** Makes a call on the loop, then runs the loop. */
    <T> T onLoop(Callable<T> call) {
        T result = callOnLoop(call);
        loop.runReady();
        return result;
    }

    /** Makes a call on the loop and runs nothing else. */
    <T> T callOnLoop(Callable<T> call) {
        try {
            return loop.call(call);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    void run(Runnable task) {
        loop.run(task);
        loop.runReady();
    }
}
