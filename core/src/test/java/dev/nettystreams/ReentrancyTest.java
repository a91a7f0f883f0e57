package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A5: completions run user code when our own state is settled, so that code may call any method. */
class ReentrancyTest {
    private final Bench bench = new Bench();
    private final List<String> seen = new ArrayList<>();

    private CompletableFuture<Void> collectLines() {
        return bench.reader.readLine().thenCompose(line -> {
            seen.add(new String(line, StandardCharsets.US_ASCII));
            return line.length == 0 ? CompletableFuture.completedFuture(null) : collectLines();
        });
    }

    @Test
    void readInsideACompletion_seesTheRest() {
        CompletableFuture<Void> all = bench.onLoop(this::collectLines);
        bench.wire.feed("a\nb\nc");
        bench.wire.eof();
        Outcomes.value(all);
        assertThat(seen).containsExactly("a\n", "b\n", "c", "");
    }

    @Test
    void closeInsideACompletion_isSafe() {
        CompletableFuture<Void> closed = bench.read(r -> r.read(1)).thenCompose(one -> {
            bench.writer.write(one);
            bench.connection.close();
            return bench.connection.waitClosed();
        });
        bench.wire.feed("xy");
        assertThat(bench.wire.calls).containsSubsequence("write", "finish");
        bench.wire.lose(null);
        Outcomes.value(closed);
    }

    @Test
    void abortInsideADrain_failsTheOtherDrains_once() {
        bench.wire.isWritable = false;
        CompletableFuture<Void> first = bench.onLoop(bench.writer::drain);
        CompletableFuture<Void> second = bench.onLoop(bench.writer::drain);
        CompletableFuture<Void> after = first.thenRun(bench.connection::abort);
        bench.wire.becomeWritable();
        Outcomes.value(after);
        Outcomes.value(second);
        assertThat(bench.wire.count("abort")).isEqualTo(1);
    }

    @Test
    void everythingInsideALoss_saysTheSame() {
        CompletableFuture<byte[]> read = bench.read(r -> r.read(1));
        List<CompletableFuture<?>> inside = new ArrayList<>();
        CompletableFuture<Object> handled = read.handle((bytes, failure) -> {
            inside.add(bench.reader.read(1));
            inside.add(bench.writer.drain());
            inside.add(bench.writer.flush());
            inside.add(bench.writer.waitClosed());
            return failure;
        });
        bench.wire.lose(new IOException("reset"));
        assertThat(Outcomes.value(handled)).isInstanceOf(StreamBrokenException.class);
        assertThat(inside).hasSize(4);
        inside.forEach(each -> Outcomes.failure(StreamBrokenException.class, each));
    }

    @Test
    void everythingInsideAnAbort_saysTheSame() {
        CompletableFuture<byte[]> read = bench.read(r -> r.read(1));
        List<CompletableFuture<?>> inside = new ArrayList<>();
        CompletableFuture<Boolean> handled = read.handle((bytes, failure) -> {
            inside.add(bench.reader.read(1));
            inside.add(bench.writer.drain());
            return bench.writer.isClosing();
        });
        bench.run(bench.connection::abort);
        assertThat(Outcomes.value(handled)).isTrue();
        inside.forEach(each -> Outcomes.failure(StreamClosedException.class, each));
    }
}
