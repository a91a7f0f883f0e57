package dev.nettystreams;

import static dev.nettystreams.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Writes of a task on the loop: the order, the flush, and the wait of drain, over a scripted transport. */
class OnLoopWritesTest {
    private static final int HIGH_MARK = StreamLimits.DEFAULT.writeHighMarkBytes();

    private final Bench bench = new Bench();
    private final StreamWriter writer = bench.writer;

    @BeforeAll
    static void needsTheOption() {
        assumeThat(Await.isOnEventLoopAvailable()).as("await on the event loop").isTrue();
    }

    private <T> CompletableFuture<T> start(Callable<T> code) {
        CompletableFuture<T> task = Await.onEventLoop(bench.connection, code);
        bench.loop.runReady();
        return task;
    }

    /** Runs an action on another thread while the task stays on the loop. */
    private static void elsewhere(Runnable action) {
        Thread other = new Thread(action, "elsewhere");
        other.start();
        while (other.isAlive()) {
            Thread.onSpinWait(); // a join would leave the loop to others
        }
    }

    @Test
    void writesOfOthers_whileATaskIsOn_keepTheirPlaceAmongItsOwn() {
        Outcomes.value(start(() -> {
            writer.write(Latin1.bytes("1"));
            elsewhere(() -> writer.write(Latin1.bytes("2")));
            writer.write(Latin1.bytes("3"));
            elsewhere(() -> writer.writeOwned(ByteBuffer.wrap(Latin1.bytes("4"))));
            writer.writeOwned(ByteBuffer.wrap(Latin1.bytes("5")));
            elsewhere(() -> writer.write(Latin1.bytes("6")));
            return null;
        }));
        assertThat(bench.wire.writtenText()).isEqualTo("123456");
    }

    @Test
    void writesOfOthers_beforeATask_goOutBeforeIts() {
        CompletableFuture<Void> task = Await.onEventLoop(bench.connection, () -> {
            elsewhere(() -> writer.write(Latin1.bytes("before")));
            writer.write(Latin1.bytes(" after"));
        });
        bench.loop.runReady();
        Outcomes.value(task);
        assertThat(bench.wire.writtenText()).isEqualTo("before after");
    }

    /** Small writes are combined in an array of 8 KiB; larger ones are copied alone. */
    @Test
    void writesOfAllSizes_arriveWhole_fromWhereverInTheirArraysTheyAre() {
        byte[] source = new byte[30_000];
        new Random(3).nextBytes(source);
        int[] byteCounts = {8000, 193, 8191, 1, 1, 8192, 0, 8193, 1, 20_000, 4096, 4096, 1};
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        Outcomes.value(start(() -> {
            for (int byteCount : byteCounts) {
                writer.write(source, 17, byteCount);
                expected.write(source, 17, byteCount);
            }
            return null;
        }));
        assertThat(bench.wire.written.toByteArray()).isEqualTo(expected.toByteArray());
    }

    @Test
    void writes_areFlushed() {
        Outcomes.value(start(() -> {
            writer.writeOwned(ByteBuffer.allocate(5));
            return null;
        }));
        assertThat(bench.wire.calls).containsExactly("writeOwned", "flush");
        bench.wire.calls.clear();
        Outcomes.value(start(() -> {
            writer.write(new byte[5]);
            return null;
        }));
        assertThat(bench.wire.calls).containsExactly("write", "flush");
    }

    @Test
    void drain_countsOwnedBytesOnTheirWay_andForgetsThemWhenTheyAreThere() {
        CompletableFuture<Boolean> task = start(() -> {
            writer.writeOwned(ByteBuffer.allocate(HIGH_MARK));
            boolean isAtTheMark = writer.drain().isDone();
            writer.writeOwned(ByteBuffer.allocate(1));
            return isAtTheMark && !writer.drain().isDone();
        });
        assertThat(Outcomes.value(task)).isTrue();
        bench.wire.written.reset(); // all is sent
        for (int i = 0; i < 3; i++) {
            assertThat(Outcomes.value(start(() -> writer.drain().isDone()))).isTrue();
        }
    }

    @Test
    void drain_countsTheBytesOfOthers() {
        CompletableFuture<Boolean> task = start(() -> {
            elsewhere(() -> writer.write(new byte[HIGH_MARK + 1]));
            return writer.drain().isDone();
        });
        assertThat(Outcomes.value(task)).isFalse();
    }

    @Test
    void drain_countsTheBytesOfOthers_alsoBehindAWriteOfTheTask() {
        for (int round = 0; round < 3; round++) {
            CompletableFuture<Boolean> task = start(() -> {
                elsewhere(() -> writer.write(new byte[HIGH_MARK]));
                writer.write(new byte[1]);
                return writer.drain().isDone();
            });
            assertThat(Outcomes.value(task)).isFalse();
            bench.wire.written.reset(); // all is sent
        }
        assertThat(Outcomes.value(start(() -> writer.drain().isDone()))).isTrue();
    }

    @Test
    void drain_whileTheTransportTakesNoMore_waits() {
        bench.wire.isWritable = false;
        CompletableFuture<String> task = start(() -> {
            await(writer.drain());
            return "drained";
        });
        assertThat(task).isNotDone();
        bench.wire.becomeWritable();
        assertThat(Outcomes.value(task)).isEqualTo("drained");
    }

    @Test
    void drain_ofALostOutput_fails() {
        IOException brokenPipe = new IOException("broken pipe");
        bench.wire.report(() -> bench.wire.events().outputFailed(brokenPipe));
        CompletableFuture<Throwable> task = start(() -> await(writer.drain().handle((done, failure) -> failure)));
        assertThat(Outcomes.value(task))
                .isInstanceOf(StreamBrokenException.class)
                .hasCause(brokenPipe);
    }
}
