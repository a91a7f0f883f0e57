package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** W2: every write is flushed without an explicit flush, the second like the first. */
class FlushingTest {
    private final Bench bench = new Bench();
    private final List<Consumer<StreamWriter>> writes = List.of(
            writer -> writer.write(Latin1.bytes("x")),
            writer -> writer.write(new byte[20_000]),
            writer -> writer.write(ByteBuffer.allocateDirect(5)),
            writer -> writer.writeOwned(ByteBuffer.allocate(5)),
            writer -> writer.writeLines(List.of(Latin1.bytes("a"), Latin1.bytes("b"))));

    private void assertFlushes(Consumer<Runnable> run) {
        for (int round = 0; round < 2; round++) {
            for (Consumer<StreamWriter> write : writes) {
                bench.wire.calls.clear();
                run.accept(() -> write.accept(bench.writer));
                bench.loop.runReady();
                assertThat(bench.wire.calls).endsWith("flush").hasSizeGreaterThan(1);
                assertThat(bench.wire.count("flush")).isEqualTo(1);
            }
        }
    }

    @Test
    void writes_onTheLoop_areFlushed_alsoBehindABurst() {
        assertFlushes(bench.loop::run);
        bench.wire.feed("a burst");
        assertFlushes(bench.loop::run);
    }

    @Test
    void writes_elsewhere_areFlushed_alsoBehindABurst() {
        assertFlushes(Runnable::run);
        bench.wire.feed("a burst");
        assertFlushes(Runnable::run);
    }

    @Test
    void writes_inABurst_areFlushedAtItsEnd() {
        assertFlushes(write -> bench.loop.run(() -> {
            bench.wire.events().dataReceived(bench.wire.chunk("x"));
            write.run();
            bench.wire.events().turnEnded();
        }));
    }

    @Test
    void writes_ofOneTask_costOneTaskMore() {
        bench.loop.run(() -> writes.forEach(write -> write.accept(bench.writer)));
        assertThat(bench.loop.readyCount()).isEqualTo(1);
        bench.loop.runReady();
        writes.forEach(write -> write.accept(bench.writer));
        assertThat(bench.loop.readyCount()).isEqualTo(1);
    }
}
