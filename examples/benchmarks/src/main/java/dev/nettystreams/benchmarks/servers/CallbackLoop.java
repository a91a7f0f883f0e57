package dev.nettystreams.benchmarks.servers;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One conversation by callbacks: a loop of reads, each followed by as much writing as it causes. */
abstract class CallbackLoop<T> {
    final StreamReader reader;
    final StreamWriter writer;
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    CallbackLoop(StreamReader reader, StreamWriter writer) {
        this.reader = reader;
        this.writer = writer;
    }

    /** Starts the next read. */
    abstract CompletableFuture<T> read();

    /** Takes what was read. Returns a future to wait for, or null to read on. */
    abstract @Nullable CompletableFuture<Void> take(T input);

    abstract boolean isEnd(T input);

    final CompletionStage<?> begin() {
        run();
        return over;
    }

    private void run() {
        for (; ; ) {
            CompletableFuture<T> input = read();
            if (!input.isDone()) {
                input.whenComplete((bytes, failure) -> {
                    if (failure != null) {
                        over.completeExceptionally(failure);
                    } else if (proceed(bytes)) {
                        run();
                    }
                });
                return;
            }
            T bytes;
            try {
                bytes = input.join();
            } catch (RuntimeException e) {
                over.completeExceptionally(e.getCause() == null ? e : e.getCause());
                return;
            }
            if (!proceed(bytes)) {
                return;
            }
        }
    }

    /** Takes input. Returns true to read on at once; otherwise the end of a write goes on, or it is over. */
    private boolean proceed(T input) {
        if (isEnd(input)) {
            over.complete(null);
            return false;
        }
        CompletableFuture<Void> written = take(input);
        if (written == null || (written.isDone() && !written.isCompletedExceptionally())) {
            return true;
        }
        written.whenComplete((done, failure) -> {
            if (failure != null) {
                over.completeExceptionally(failure);
            } else {
                run();
            }
        });
        return false;
    }
}
