package dev.nettystreams.demos.exec;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.demos.Dialogue;
import dev.nettystreams.netty.StreamProcess;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One client, and its program.
 *
 * <pre>
 *   START --the program runs--> RELAY --its output has ended, and it has itself--> the end
 *                                  \--the client is gone--> the program is terminated
 * </pre>
 *
 * A client that ends its output ends the program's input, and gets the whole answer. A program that closes its input
 * early is no failure: the rest of the client's bytes is read and dropped, so that a reset is noticed. A program that
 * closes its output is waited for, and may read on.
 */
final class ExecDialogue implements Dialogue {
    private static final int DROPPED_BYTES = 65536;
    private static final byte[] DONE = {};

    private final StreamReader reader;
    private final StreamWriter writer;
    private final Function<List<String>, CompletableFuture<Program>> programs;
    private final List<String> command;

    private volatile @Nullable Program child;
    private volatile boolean hasFailed;
    private boolean isRelayed;

    /** @param programs starts a program */
    ExecDialogue(
            StreamReader reader,
            StreamWriter writer,
            Function<List<String>, CompletableFuture<Program>> programs,
            List<String> command) {
        this.reader = reader;
        this.writer = writer;
        this.programs = programs;
        this.command = command;
    }

    @Override
    public CompletableFuture<byte[]> read() {
        Program running = child;
        return running == null ? start() : relay(running.process());
    }

    @Override
    public Then accept(byte[] nothing) {
        if (!isRelayed) {
            isRelayed = true;
            return Then.READ_ON;
        }
        Objects.requireNonNull(child).ended();
        return Then.END;
    }

    private CompletableFuture<byte[]> start() {
        return programs.apply(command).thenApply(started -> {
            child = started;
            if (hasFailed) {
                started.process().close(); // the dialogue was cancelled meanwhile
            }
            return DONE;
        });
    }

    private CompletableFuture<byte[]> relay(StreamProcess program) {
        CompletableFuture<byte[]> over = new CompletableFuture<>();
        reader.relayTo(program.stdin()).whenComplete((byteCount, failure) -> {
            if (failure != null) { // of the client, which its waitClosed tells, or of the program's input
                program.stdin().close();
                reader.connection().repeat(() -> reader.read(DROPPED_BYTES).thenApply(bytes -> bytes.length > 0));
            }
        });
        CompletableFuture<Long> back = program.stdout().relayTo(writer);
        back.thenCombine(program.exit(), (byteCount, status) -> over.complete(DONE))
                .exceptionally(over::completeExceptionally);
        writer.waitClosed().whenComplete((closed, failure) -> {
            if (failure != null) {
                over.completeExceptionally(failure);
            } else if (!back.isDone()) { // else both sides have ended, and the program may go on for a moment
                over.completeExceptionally(new IOException("the client was closed before the program ended"));
            }
        });
        return over;
    }

    @Override
    public CompletionStage<?> failed(Throwable failure) {
        hasFailed = true;
        Program running = child;
        if (running != null) {
            running.process().close();
        }
        writer.abort();
        return CompletableFuture.failedFuture(failure);
    }
}
