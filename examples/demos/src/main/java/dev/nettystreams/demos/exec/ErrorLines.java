package dev.nettystreams.demos.exec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.LimitOverrunException;
import dev.nettystreams.StreamReader;
import dev.nettystreams.demos.OneLine;
import dev.nettystreams.netty.StreamProcess;
import dev.nettystreams.spi.LogLimit;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Copies a program's standard error to this process's: bounded lines, at a bounded rate. */
final class ErrorLines {
    private static final int MOST_LINE_BYTES = 1000;
    private static final byte[] LF = {'\n'};

    private final StreamProcess child;
    private final StreamReader lines;
    private final LogLimit limit;

    ErrorLines(StreamProcess child, LogLimit limit) {
        this.child = child;
        this.lines = child.stderr();
        this.limit = limit;
    }

    /** Prints until the end of the program's standard error; completes then, also if that is lost. */
    CompletableFuture<?> print() {
        return lines.connection()
                .repeat(() -> next().thenApply(line -> {
                    if (line.length > 0) {
                        print(line);
                    }
                    return line.length > 0;
                }))
                .exceptionally(gone -> null);
    }

    /** A line, or the first part of one that is too long; nothing at the end. */
    private CompletableFuture<byte[]> next() {
        return lines.peek(1).thenCompose(first -> {
            if (first.length == 0) {
                return CompletableFuture.completedFuture(first);
            }
            return line();
        });
    }

    private CompletableFuture<byte[]> line() {
        return lines.readUntil(List.of(LF), MOST_LINE_BYTES).exceptionallyCompose(failure -> {
            if (failure instanceof LimitOverrunException) {
                return lines.readExactly(MOST_LINE_BYTES);
            }
            return lines.read(MOST_LINE_BYTES); // the last line has no ending
        });
    }

    private void print(byte[] line) {
        limit.write(
                System.err::println,
                () -> "process " + child.pid() + ": " + OneLine.printable(new String(line, UTF_8).strip()));
    }
}
